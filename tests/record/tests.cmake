foreach(module IN ITEMS record edits)
	liudi_test(record ${module})
endforeach()
liudi_fuzz(edits DEPENDS record)
