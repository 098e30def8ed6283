liudi_test(source folder)
liudi_test(source source)
liudi_test(source source_file LIBS PkgConfig::SQLITE)
liudi_test(source sniff)
target_compile_definitions(sniff_test PRIVATE
	LIUDI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
liudi_fuzz(sniff DEPENDS source)
