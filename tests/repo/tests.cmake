foreach(module IN ITEMS canon central packr packw spool push mirror receipt drop)
	liudi_test(repo ${module})
endforeach()
target_compile_definitions(central_test PRIVATE
	LIUDI_HOOKS="${PROJECT_SOURCE_DIR}/hooks")
liudi_fuzz(canon DEPENDS repo)
liudi_fuzz(proto DEPENDS repo)
