liudi_test(source folder)
liudi_test(source source)
