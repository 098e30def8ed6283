add_test(NAME structure COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/structure.sh
	${CMAKE_BINARY_DIR})
# The agent's side for Windows, as far as a compiler alone can tell.
add_test(NAME windows.compiles COMMAND sh
	${PROJECT_SOURCE_DIR}/config/windows/check.sh)
set_tests_properties(windows.compiles PROPERTIES SKIP_RETURN_CODE 77
	TIMEOUT 600)
