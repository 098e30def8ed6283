liudi_test(json json)
liudi_test(json walk)
liudi_fuzz(json DEPENDS json)
liudi_fuzz(walk DEPENDS json)
