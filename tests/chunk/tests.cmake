liudi_test(chunk chunker)
