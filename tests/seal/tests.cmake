liudi_test(seal seal)
