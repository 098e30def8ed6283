# The manual against the programs, the samples, README.md and the table of
# Chinese texts.
add_test(NAME docs.manual COMMAND sh
	${CMAKE_CURRENT_SOURCE_DIR}/docs/manual.sh ${CMAKE_BINARY_DIR})
# The tests that THREATS.md names against those that there are: all of them are
# where nothing is sanitized.
if(NOT LIUDI_SANITIZE)
	add_test(NAME docs.threats COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/docs/threats.sh ${CMAKE_BINARY_DIR})
	set_tests_properties(docs.threats PROPERTIES SKIP_RETURN_CODE 77)
endif()
