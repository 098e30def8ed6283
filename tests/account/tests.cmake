# Events, their sealed files.
liudi_test(account account_event)
liudi_test(account eventfile DEPENDS open)
liudi_fuzz(account_event DEPENDS account)
liudi_fuzz(eventfile DEPENDS account)
