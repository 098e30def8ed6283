liudi_test(shop captures DEPENDS base)
liudi_test(shop page DEPENDS base)
liudi_fuzz(page DEPENDS shop)
