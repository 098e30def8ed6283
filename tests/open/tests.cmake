liudi_test(open age_open LIBS z)
liudi_test(open identity)
liudi_test(open rehead)
liudi_test(open shamir)
liudi_test(open slip39_share)
liudi_test(open slip39 DEPENDS json)
liudi_fuzz(age_open DEPENDS open)
liudi_fuzz(slip39 DEPENDS open)
target_compile_definitions(slip39_test PRIVATE
	LIUDI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_compile_definitions(age_open_test PRIVATE
	LIUDI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# Shares made here open elsewhere, and the other way round.
add_executable(slip39_tool open/interop/slip39_tool.c)
target_link_libraries(slip39_tool PRIVATE liudi_open)
add_test(NAME open.slip39_interop COMMAND sh
	${CMAKE_CURRENT_SOURCE_DIR}/open/interop/slip39.sh
	$<TARGET_FILE:slip39_tool> ${CMAKE_CURRENT_BINARY_DIR}/interop)
set_tests_properties(open.slip39_interop PROPERTIES SKIP_RETURN_CODE 77
	TIMEOUT 300)
