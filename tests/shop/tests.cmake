liudi_test(shop captures DEPENDS base)
liudi_test(shop mhtml DEPENDS base crypto)
liudi_test(shop page DEPENDS base)
liudi_test(shop shopfolder DEPENDS base crypto)
liudi_test(shop strips DEPENDS base crypto LIBS PkgConfig::PNG PkgConfig::JPEG
	PkgConfig::WEBP)
liudi_fuzz(mhtml DEPENDS shop)
liudi_fuzz(page DEPENDS shop)
liudi_fuzz(picture DEPENDS shop)
