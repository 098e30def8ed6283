# The command line of both programs, and the desk's first commands.
liudi_test(cli cli)
# Pure parts of the desk's program.
liudi_test(cli talk)
target_sources(talk_test PRIVATE ${PROJECT_SOURCE_DIR}/src/cli/desk/talk.c
	${PROJECT_SOURCE_DIR}/src/cli/desk/escape.c)
liudi_test(cli digest_page DEPENDS desk json)
set(desk ${PROJECT_SOURCE_DIR}/src/cli/desk)
target_sources(digest_page_test PRIVATE ${desk}/digest_page.c
	${desk}/digest_text.c ${desk}/digest_html.c ${desk}/digest_json.c
	${desk}/talk.c ${desk}/escape.c)
liudi_test(cli shopreport DEPENDS shop)
target_sources(shopreport_test PRIVATE ${desk}/shopreport.c ${desk}/shopplace.c
	${desk}/shopwords.c ${desk}/escape.c)
liudi_test(cli shopdeed DEPENDS desk shop)
target_sources(shopdeed_test PRIVATE ${desk}/shopdeed.c)
if(TARGET liudi-desk)
	add_test(NAME cli.desk COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/cli/desk.sh
		$<TARGET_FILE:liudi-desk>)
	set_tests_properties(cli.desk PROPERTIES TIMEOUT 120)
	add_executable(seal_pipe cli/seal_pipe.c)
	target_link_libraries(seal_pipe PRIVATE liudi_flags liudi_seal)
	add_test(NAME cli.unseal COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/cli/unseal.sh
		$<TARGET_FILE:liudi-desk> $<TARGET_FILE:seal_pipe>)
	set_tests_properties(cli.unseal PROPERTIES SKIP_RETURN_CODE 77
		TIMEOUT 900)
endif()
if(TARGET liudi AND TARGET liudi-desk)
	add_test(NAME cli.completion COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/cli/completion.sh
		$<TARGET_FILE_DIR:liudi>)
	set_tests_properties(cli.completion PROPERTIES TIMEOUT 600)
endif()
