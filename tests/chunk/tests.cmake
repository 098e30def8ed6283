liudi_test(chunk chunker)
liudi_test(chunk idset)
liudi_test(chunk cache)
