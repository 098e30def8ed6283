liudi_test(open age_open LIBS z)
liudi_test(open identity)
liudi_test(open shamir)
liudi_test(open slip39_share)
liudi_test(open slip39 DEPENDS json)
liudi_fuzz(age_open DEPENDS open)
liudi_fuzz(slip39 DEPENDS open)
target_compile_definitions(slip39_test PRIVATE
	LIUDI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_compile_definitions(age_open_test PRIVATE
	LIUDI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
