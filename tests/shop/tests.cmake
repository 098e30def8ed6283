liudi_test(shop align DEPENDS base)
liudi_test(shop captures DEPENDS base)
liudi_test(shop diff DEPENDS base crypto)
liudi_test(shop mhtml DEPENDS base crypto)
liudi_test(shop page DEPENDS base)
liudi_test(shop rowalign DEPENDS base crypto LIBS PkgConfig::WEBP)
liudi_test(shop shopfolder DEPENDS base crypto)
liudi_test(shop strips DEPENDS base crypto LIBS PkgConfig::PNG PkgConfig::JPEG
	PkgConfig::WEBP)
liudi_fuzz(captures DEPENDS shop)
liudi_fuzz(mhtml DEPENDS shop)
liudi_fuzz(page DEPENDS shop)
liudi_fuzz(picture DEPENDS shop)
liudi_fuzz(saved DEPENDS shop)
liudi_fuzz(rowalign DEPENDS shop)

# With a real browser, where there is one.
liudi_test(shop capture DEPENDS base crypto)
target_sources(capture_test PRIVATE shop/server.c)
target_include_directories(capture_test PRIVATE shop)
# It is the longest, and others wait for the browser: first.
set_tests_properties(shop.capture PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900
	RESOURCE_LOCK browser COST 100)
liudi_test(shop visit DEPENDS base crypto)
target_sources(visit_test PRIVATE shop/server.c)
target_include_directories(visit_test PRIVATE shop)
set_tests_properties(shop.visit PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120
	RESOURCE_LOCK browser)
