add_test(NAME structure COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/structure.sh
	${CMAKE_BINARY_DIR})
