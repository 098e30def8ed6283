# Whole programs: flow.<name> gets the folder of liudi and liudi-desk.
function(liudi_flow NAME SCRIPT)
	add_test(NAME flow.${NAME} COMMAND dash
		${CMAKE_CURRENT_SOURCE_DIR}/flow/${SCRIPT}
		$<TARGET_FILE_DIR:liudi> ${ARGN})
	set_tests_properties(flow.${NAME} PROPERTIES SKIP_RETURN_CODE 77
		TIMEOUT 1800)
endfunction()

if(TARGET liudi AND TARGET liudi-desk)
	add_executable(flow_model flow/model.c)
	target_link_libraries(flow_model PRIVATE liudi_flags)
	liudi_flow(main 10-main.sh)
	liudi_flow(model 20-model.sh $<TARGET_FILE:flow_model>)
	add_executable(flow_days flow/days.c)
	target_link_libraries(flow_days PRIVATE liudi_base)
	liudi_flow(days 83-days.sh $<TARGET_FILE:flow_days>)
	add_executable(flow_inviter flow/inviter.c)
	target_link_libraries(flow_inviter PRIVATE liudi_flags liudi_control)
	liudi_flow(exports 24-exports.sh)
	liudi_flow(join 25-join.sh $<TARGET_FILE:flow_inviter>)
	liudi_flow(only 26-only.sh)
	liudi_flow(invite 27-invite.sh)
	liudi_flow(receipts 28-receipts.sh)
	liudi_flow(standing 28-standing.sh)
	liudi_flow(doctor 29-doctor.sh)
	liudi_flow(digest 29-digest.sh)
	liudi_flow(audit 31-audit.sh)
	liudi_flow(schedule 32-schedule.sh)
	liudi_flow(selfcheck 33-selfcheck.sh)
	liudi_flow(notify 34-notify.sh)
	liudi_flow(kill 30-kill.sh)
	# liudi again, but with a file module that fails when it is told to.
	add_executable(liudi_faulty $<TARGET_OBJECTS:liudi>
		${PROJECT_SOURCE_DIR}/src/base/file.c)
	target_compile_definitions(liudi_faulty PRIVATE LIUDI_FAULTS)
	target_link_libraries(liudi_faulty PRIVATE liudi_cli liudi_agent)
	liudi_flow(faults 40-faults.sh $<TARGET_FILE:liudi_faulty>)
	# A sanitizer keeps what was freed.
	set(core core)
	if(LIUDI_SANITIZE)
		set(core)
	endif()
	liudi_flow(account 64-account.sh $<TARGET_FILE:liudi_faulty> ${core})
	liudi_flow(reports 73-reports.sh $<TARGET_FILE:liudi_faulty>)
	liudi_flow(attacks 45-attacks.sh)
	liudi_flow(disk 50-disk.sh)
	liudi_flow(succession 55-succession.sh)
	liudi_flow(erase 58-erase.sh)
	liudi_flow(import 65-import.sh)
	liudi_flow(clients 65-clients.sh)
	liudi_flow(vaultin 67-vaultin.sh)
	add_executable(shopserver shop/shopserver.c shop/server.c)
	target_link_libraries(shopserver PRIVATE liudi_shop)
	liudi_flow(shops 68-shops.sh $<TARGET_FILE:shopserver>)
	liudi_flow(inbox 71-inbox.sh $<TARGET_FILE:shopserver>)
	liudi_flow(package 72-package.sh $<TARGET_FILE:shopserver>)
	set_tests_properties(flow.shops flow.inbox flow.package PROPERTIES
		RESOURCE_LOCK browser)
	liudi_flow(shopdesk 69-shopdesk.sh)
	liudi_flow(shopday 69-shopday.sh)
	liudi_flow(products 73-products.sh)
	liudi_flow(shoplook 68-shoplook.sh $<TARGET_FILE:shopserver>)
	liudi_flow(shoplive 69-shoplive.sh $<TARGET_FILE:shopserver>)
	set_tests_properties(flow.shoplook flow.shoplive PROPERTIES
		RESOURCE_LOCK browser)
	liudi_flow(talk 59-talk.sh)
	liudi_flow(shortcut 96-shortcut.sh)
	liudi_flow(page 95-page.sh $<TARGET_FILE:look>)
	liudi_flow(pshops 95-pshops.sh $<TARGET_FILE:look>)
	liudi_flow(pdays 95-pdays.sh $<TARGET_FILE:look>)
	liudi_flow(work 96-work.sh $<TARGET_FILE:look>)
	liudi_flow(pattack 95-pattack.sh $<TARGET_FILE:look>)
	liudi_flow(pmanager 95-pmanager.sh $<TARGET_FILE:look>)
	if(LIUDI_SLOW)
		add_test(NAME web.axe COMMAND sh
			${CMAKE_CURRENT_SOURCE_DIR}/web/axe.sh
			$<TARGET_FILE_DIR:liudi> $<TARGET_FILE:look>)
		set_tests_properties(web.axe PROPERTIES TIMEOUT 1800
			SKIP_RETURN_CODE 77 RESOURCE_LOCK browser)
	endif()
	liudi_flow(pbad 95-pbad.sh $<TARGET_FILE:look>)
	liudi_flow(paccounts 95-paccounts.sh $<TARGET_FILE:look>)
	liudi_flow(psecret 95-psecret.sh $<TARGET_FILE:look> ${core})
	liudi_flow(pshopview 95-pshopview.sh $<TARGET_FILE:look>
		$<TARGET_FILE:shopserver>)
	set_tests_properties(flow.pshopview PROPERTIES RESOURCE_LOCK browser)
	set_tests_properties(flow.page flow.pattack flow.pmanager flow.pshops
		flow.pbad flow.pdays flow.work flow.paccounts flow.psecret
		PROPERTIES
		RESOURCE_LOCK browser)
	liudi_flow(vault 66-vault.sh)
	liudi_flow(handover 67-handover.sh)
	liudi_flow(lone 67-lone.sh)
	liudi_flow(ledger 65-ledger.sh ${core})
	liudi_flow(dual 69-dual.sh)
	add_executable(liudi_desk_faulty $<TARGET_OBJECTS:liudi-desk>
		${PROJECT_SOURCE_DIR}/src/base/file.c)
	target_compile_definitions(liudi_desk_faulty PRIVATE LIUDI_FAULTS)
	target_link_libraries(liudi_desk_faulty PRIVATE liudi_cli liudi_desk
		liudi_chat liudi_web)
	liudi_flow(ledger_faults 63-ledger-faults.sh
		$<TARGET_FILE:liudi_desk_faulty>)
	liudi_flow(heartbeat 60-heartbeat.sh)
	liudi_flow(names 70-names.sh $<TARGET_FILE:flow_model>)
	liudi_flow(push 80-push.sh)
endif()
# Where there is time (tests/run.sh --slow): under a second shell as well.
set(shells dash)
if(LIUDI_SLOW)
	list(APPEND shells busybox)
endif()
# docs/recover.sh: on what liudi made, and on records made by hand, where each
# kind of damage is tried.
if(TARGET liudi AND TARGET liudi-desk)
	liudi_flow(recover recover.sh)
endif()
foreach(shell IN LISTS shells)
	set(words ${shell})
	if(shell STREQUAL busybox)
		set(words busybox sh)
	endif()
	add_test(NAME flow.recover_made_${shell} COMMAND sh
		${CMAKE_CURRENT_SOURCE_DIR}/flow/recover_made.sh ${words})
	set_tests_properties(flow.recover_made_${shell} PROPERTIES
		SKIP_RETURN_CODE 77 TIMEOUT 1800)
endforeach()
if(TARGET liudi AND TARGET liudi-desk)
	liudi_flow(resume 61-resume.sh)
	liudi_flow(lost 62-lost.sh)
endif()
# The desk: records that hold in part, its own death, a new year.
if(TARGET liudi AND TARGET liudi-desk)
	liudi_flow(desk 85-desk.sh)
	liudi_flow(facts 83-facts.sh)
	liudi_flow(chats 84-chats.sh)
	liudi_flow(room 84-room.sh)
	liudi_flow(year 86-year.sh)
	liudi_flow(rewrite 87-rewrite.sh)
	liudi_flow(people 88-people.sh)
	liudi_flow(access 56-access.sh)
	liudi_flow(many 56-many.sh)
	# Reads the memory of processes: what must not be there.
	add_executable(flow_memory flow/memory.c)
	target_link_libraries(flow_memory PRIVATE liudi_flags liudi_sign)
	# A sanitizer keeps what was freed, and traces its own process.
	if(NOT LIUDI_SANITIZE)
		liudi_flow(secrets 57-secrets.sh $<TARGET_FILE:flow_memory>)
	endif()
endif()
# The red team, with the script and the hooks under these shells; tests/hooks run
# under busybox always.
if(TARGET liudi AND TARGET liudi-desk)
	add_executable(flow_sealer flow/sealer.c)
	target_link_libraries(flow_sealer PRIVATE liudi_flags liudi_seal)
	set_property(TEST flow.ledger flow.dual APPEND PROPERTY ENVIRONMENT
		"LIUDI_SEALER=$<TARGET_FILE:flow_sealer>")
	foreach(shell IN LISTS shells)
		set(words ${shell})
		if(shell STREQUAL busybox)
			set(words busybox sh)
		endif()
		foreach(script IN ITEMS redteam:90 redteam-central:91
				redteam-station:92)
			string(REPLACE ":" ";" script ${script})
			list(GET script 0 what)
			list(GET script 1 number)
			add_test(NAME flow.${what}.${shell} COMMAND ${words}
				${CMAKE_CURRENT_SOURCE_DIR}/flow/${number}-redteam.sh
				$<TARGET_FILE_DIR:liudi> ${words})
			set_tests_properties(flow.${what}.${shell} PROPERTIES
				ENVIRONMENT "LIUDI_SEALER=$<TARGET_FILE:flow_sealer>"
				SKIP_RETURN_CODE 77 TIMEOUT 1800)
		endforeach()
	endforeach()
endif()
