# The desk: keys and the opener; what else it does.
liudi_test(desk deskkeys)
liudi_test(desk opener)
liudi_test(desk catalogue)
liudi_test(desk target)
liudi_test(desk query)
liudi_test(desk restore_plan)
liudi_test(desk packout LIBS PkgConfig::ARCHIVE)
liudi_test(desk seen)
