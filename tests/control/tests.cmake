# The history of control: what is believed; invitations, requests, agreements.
liudi_test(control control)
liudi_test(control history)
liudi_test(control edit)
