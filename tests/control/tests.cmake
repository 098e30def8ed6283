# The history of control: what is believed; invitations, requests, agreements.
liudi_test(control control)
liudi_test(control history)
liudi_test(control edit)
liudi_test(control invite)
liudi_test(control request)
liudi_test(control notice)
liudi_test(control witness)
liudi_fuzz(invite DEPENDS control)
