liudi_test(vault bwcsv DEPENDS account)
liudi_test(vault kdbx)
liudi_test(vault recovery)
liudi_test(vault totp)

# Key files made here open elsewhere.
add_executable(kdbx_tool vault/interop/kdbx_tool.c)
target_link_libraries(kdbx_tool PRIVATE liudi_vault)
add_test(NAME vault.kdbx_interop COMMAND sh
	${CMAKE_CURRENT_SOURCE_DIR}/vault/interop/kdbx.sh
	$<TARGET_FILE:kdbx_tool> ${CMAKE_CURRENT_BINARY_DIR}/kdbx)
set_tests_properties(vault.kdbx_interop PROPERTIES SKIP_RETURN_CODE 77
	TIMEOUT 300)

add_executable(totp_tool vault/interop/totp_tool.c)
target_link_libraries(totp_tool PRIVATE liudi_vault)
add_test(NAME vault.totp_interop COMMAND sh
	${CMAKE_CURRENT_SOURCE_DIR}/vault/interop/totp.sh
	$<TARGET_FILE:totp_tool> ${CMAKE_CURRENT_BINARY_DIR}/totp)
set_tests_properties(vault.totp_interop PROPERTIES SKIP_RETURN_CODE 77)
# Exports that are read.
liudi_test(vault kpxml)
liudi_test(vault bwjson)
liudi_test(vault onepux LIBS PkgConfig::ARCHIVE)
liudi_fuzz(onepux DEPENDS vault)
