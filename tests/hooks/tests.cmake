# The hooks under the shells that a central may have; bash, which is more than they
# need, where there is time.
set(shells dash busybox)
if(LIUDI_SLOW)
	list(APPEND shells bash)
endif()
foreach(shell IN LISTS shells)
	set(words ${shell})
	if(shell STREQUAL busybox)
		set(words busybox sh)
	endif()
	add_test(NAME hooks.${shell} COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/hooks/pre-receive.sh ${words})
	add_test(NAME hooks.after.${shell} COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/hooks/post-receive.sh ${words})
	set_tests_properties(hooks.${shell} hooks.after.${shell} PROPERTIES
		SKIP_RETURN_CODE 77 TIMEOUT 600)
endforeach()
