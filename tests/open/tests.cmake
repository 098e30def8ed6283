liudi_test(open age_open LIBS z)
liudi_test(open identity)
liudi_fuzz(age_open DEPENDS open)
target_compile_definitions(age_open_test PRIVATE
	LIUDI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
