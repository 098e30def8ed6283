# The manual against the programs, the samples, README.md and the table of
# Chinese texts.
add_test(NAME docs.manual COMMAND sh
	${CMAKE_CURRENT_SOURCE_DIR}/docs/manual.sh ${CMAKE_BINARY_DIR})
