# Chat exports: the bytes of a format, and the samples where they are.
liudi_test(chat qq_txt)
liudi_test(chat mail)
liudi_test(chat markup)
liudi_test(chat skype_db LIBS PkgConfig::SQLITE)
liudi_test(chat pidgin_html)
liudi_test(chat adium)
liudi_test(chat telegram_html)
liudi_test(chat qq_mht)
liudi_test(chat whatsapp_txt)
liudi_test(chat qq_clip)
liudi_test(chat qianniu_clip)
liudi_test(chat wechat_txt)
liudi_test(chat line_txt)
liudi_test(chat kakao_txt)
liudi_test(chat discord_txt)
liudi_test(chat irc)
liudi_test(chat pidgin_txt)
liudi_test(chat pattern_txt)
liudi_test(chat stamp)
liudi_test(chat mold)
liudi_test(chat wide)
liudi_test(chat text)
liudi_test(chat archive LIBS PkgConfig::ARCHIVE)
liudi_test(chat message_line)
liudi_test(chat csv)
liudi_test(chat sheet)
liudi_test(chat roads)
liudi_test(chat chatlab)
liudi_test(chat slack LIBS PkgConfig::ARCHIVE)
liudi_fuzz(chat DEPENDS chat)
liudi_test(chat formats)
target_compile_definitions(formats_test PRIVATE
	CORPUS="${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/chat")
if(TARGET liudi-desk)
	add_test(NAME chat.samples COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/chat/samples.sh
		$<TARGET_FILE:liudi-desk>)
	set_tests_properties(chat.samples PROPERTIES SKIP_RETURN_CODE 77
		TIMEOUT 300)
	add_test(NAME chat.hazards COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/chat/hazards.sh
		$<TARGET_FILE:liudi-desk>)
	set_tests_properties(chat.hazards PROPERTIES TIMEOUT 120)
	add_test(NAME chat.import COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/chat/import.sh
		$<TARGET_FILE:liudi-desk>)
	set_tests_properties(chat.import PROPERTIES TIMEOUT 120)
endif()
