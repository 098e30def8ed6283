liudi_test(json json)
liudi_fuzz(json DEPENDS json)
