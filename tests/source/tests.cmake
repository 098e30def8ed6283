liudi_test(source folder)
liudi_test(source source)
liudi_test(source source_file LIBS PkgConfig::SQLITE)
