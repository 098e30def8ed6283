liudi_test(config reportfile)
liudi_test(config teamini)
liudi_test(config config)
target_compile_definitions(config_test PRIVATE
	LIUDI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
liudi_fuzz(config DEPENDS config)
