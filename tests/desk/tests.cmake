# The desk: keys and the opener; what else it does.
liudi_test(desk deskkeys)
liudi_test(desk opener)
