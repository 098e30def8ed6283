liudi_test(bundle tarz LIBS PkgConfig::ZSTD)
