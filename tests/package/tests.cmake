# The packages: what is in them; with LIUDI_SLOW from nothing, and in a system of
# their own.  A sanitizer's programs are not packed.
if(TARGET liudi AND TARGET liudi-desk AND NOT LIUDI_SANITIZE)
	add_test(NAME package.contents COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/package/contents.sh
		${PROJECT_BINARY_DIR})
	set_tests_properties(package.contents PROPERTIES SKIP_RETURN_CODE 77
		TIMEOUT 600)
	if(LIUDI_SLOW)
		foreach(test IN ITEMS reproducible)
			add_test(NAME package.${test} COMMAND sh
				${CMAKE_CURRENT_SOURCE_DIR}/package/${test}.sh)
			set_tests_properties(package.${test} PROPERTIES
				SKIP_RETURN_CODE 77 TIMEOUT 3600)
		endforeach()
	endif()
endif()
