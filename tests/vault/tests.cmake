liudi_test(vault recovery)
