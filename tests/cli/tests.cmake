# The command line of both programs, and the desk's first commands.
liudi_test(cli cli)
if(TARGET liudi-desk)
	add_test(NAME cli.desk COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/cli/desk.sh
		$<TARGET_FILE:liudi-desk>)
	set_tests_properties(cli.desk PROPERTIES TIMEOUT 120)
endif()
