"""Every trigger that must stand and be awake on PostgreSQL; a test holds that the migrations make exactly these.

A list in the code, because somebody who owns the database can change any list that the database keeps.
"""

_BY_TABLE = {
    "audit_anchor": "audit_anchor_grows audit_anchor_grows_truncate",
    "audit_checkpoint": "audit_checkpoint_grows audit_checkpoint_grows_truncate",
    "audit_entry": "audit_entry_enqueue audit_entry_keep audit_entry_keep_all audit_entry_keep_insert",
    "audit_export": "audit_export_fixed_delete audit_export_fixed_update",
    "audit_key": "audit_key_grows audit_key_grows_truncate",
    "audit_leaf": "audit_leaf_grows audit_leaf_grows_truncate",
    "audit_tile": "audit_tile_grows audit_tile_grows_truncate",
    "audit_pruning": "audit_pruning_grows audit_pruning_grows_truncate",
    "audit_redaction": "audit_redaction_fixed_delete audit_redaction_fixed_update",
    "consent_consent": "consent_consent_audit_insert consent_consent_audit_update consent_consent_audit_delete "
    "consent_consent_audit_truncate consent_consent_written_insert consent_consent_written_update consent_consent_recall",
    "consent_consentevent": "consent_consentevent_apart consent_consentevent_evidence consent_consentevent_grows "
    "consent_consentevent_grows_truncate consent_consentevent_no consent_consentevent_written",
    "consent_consentreview": "consent_consentreview_grows consent_consentreview_grows_truncate",
    "consent_contactwindow": "consent_contactwindow_audit consent_contactwindow_audit_truncate "
    "consent_contactwindow_grows consent_contactwindow_grows_truncate",
    "consent_decision": "consent_decision_grows consent_decision_grows_truncate consent_decision_passing",
    "consent_evidence": "consent_evidence_hold consent_evidence_hold_update consent_evidence_same",
    "consent_evidencestamp": "consent_evidencestamp_grows consent_evidencestamp_grows_truncate",
    "consent_guardian": "consent_guardian_audit consent_guardian_audit_truncate consent_guardian_paper "
    "consent_guardian_fixed consent_guardian_stays consent_guardian_hold",
    "consent_handle": "consent_handle_grows consent_handle_grows_truncate",
    "consent_keptreceipt": "consent_keptreceipt_audit consent_keptreceipt_audit_truncate "
    "consent_keptreceipt_grows consent_keptreceipt_grows_truncate",
    "consent_listlead": "consent_listlead_audit consent_listlead_audit_truncate "
    "consent_listlead_grows consent_listlead_grows_truncate",
    "consent_noticecopy": "consent_noticecopy_grows consent_noticecopy_grows_truncate",
    "consent_noticeexception": "consent_noticeexception_audit consent_noticeexception_audit_truncate "
    "consent_noticeexception_born consent_noticeexception_stays consent_noticeexception_kept",
    "consent_noticepurpose": "consent_noticepurpose_fixed consent_noticepurpose_fixed_truncate "
    "consent_noticepurpose_apart_insert consent_noticepurpose_apart_update "
    "consent_noticepurpose_listed_insert consent_noticepurpose_listed_update",
    "consent_noticeversion": "consent_noticeversion_fixed consent_noticeversion_fixed_truncate "
    "consent_noticeversion_two consent_noticeversion_born",
    "consent_paperpage": "consent_paperpage_hold consent_paperpage_hold_update",
    "consent_partner": "consent_partner_audit consent_partner_audit_truncate consent_partner_fixed "
    "consent_partner_fixed_truncate consent_partner_born consent_partner_stays consent_partner_kept",
    "consent_partnerhook": "consent_partnerhook_audit consent_partnerhook_audit_truncate "
    "consent_partnerhook_born consent_partnerhook_same consent_partnerhook_stays",
    "consent_priorarrangement": "consent_priorarrangement_audit consent_priorarrangement_audit_truncate "
    "consent_priorarrangement_said consent_priorarrangement_kept consent_priorarrangement_hold",
    "consent_purpose": "consent_purpose_apart_insert consent_purpose_apart_update",
    "consent_recording": "consent_recording_hold consent_recording_hold_update",
    "consent_refusalrecording": "consent_refusalrecording_hold consent_refusalrecording_hold_update",
    "consent_recall": "consent_recall_audit consent_recall_audit_truncate consent_recall_fixed consent_recall_fixed_truncate "
    "consent_recall_born consent_recall_same consent_recall_stays",
    "consent_recallattempt": "consent_recallattempt_once consent_recallattempt_same consent_recallattempt_stays",
    "consent_relativeclaim": "consent_relativeclaim_audit consent_relativeclaim_audit_truncate "
    "consent_relativeclaim_grows consent_relativeclaim_grows_truncate "
    "consent_relativeclaim_open consent_relativeclaim_arranged",
    "consent_rightsrequest": "consent_rightsrequest_audit consent_rightsrequest_audit_truncate "
    "consent_rightsrequest_decided consent_rightsrequest_stays consent_rightsrequest_hold "
    "consent_rightsrequest_proven",
    "consent_smsmessage": "consent_smsmessage_debt consent_smsmessage_hold consent_smsmessage_hold_update",
    "consent_strangerscomplaint": "consent_strangerscomplaint_audit consent_strangerscomplaint_audit_truncate",
    "consent_stampedevent": "consent_stampedevent_grows consent_stampedevent_grows_truncate",
    "consent_subject": "consent_subject_hold_update consent_subject_age_insert consent_subject_age_update consent_subject_gone",
    "consent_suppression": "consent_suppression_same consent_suppression_stays consent_suppression_lifted",
    "contacts_callattempt": "contacts_callattempt_debt contacts_callattempt_hold",
    "contacts_canary": "contacts_canary_audit contacts_canary_audit_truncate",
    "contacts_contact": "contacts_contact_audit_insert contacts_contact_audit_update contacts_contact_audit_delete "
    "contacts_contact_audit_truncate contacts_contact_hold",
    "contacts_legalhold": "contacts_legalhold_audit contacts_legalhold_audit_truncate contacts_legalhold_hold",
    "contacts_minorslook": "contacts_minorslook_fixed contacts_minorslook_fixed_truncate",
    "contacts_paidlistcase": "contacts_paidlistcase_audit contacts_paidlistcase_audit_truncate "
    "contacts_paidlistcase_fixed contacts_paidlistcase_fixed_truncate",
    "contacts_phone": "contacts_phone_audit_insert contacts_phone_audit_update contacts_phone_audit_delete "
    "contacts_phone_audit_truncate contacts_phone_hold",
    "contacts_postponement": "contacts_postponement_audit contacts_postponement_audit_truncate "
    "contacts_postponement_grows contacts_postponement_grows_truncate",
    "contacts_referral": "contacts_referral_audit contacts_referral_audit_truncate "
    "contacts_referral_hold contacts_referral_stays",
    "contacts_refusaldebt": "contacts_refusaldebt_audit contacts_refusaldebt_audit_truncate contacts_refusaldebt_fixed "
    "contacts_refusaldebt_fixed_truncate contacts_refusaldebt_same contacts_refusaldebt_stays "
    "contacts_refusaldebt_born contacts_refusaldebt_own",
    "contacts_rulechange": "contacts_rulechange_fixed contacts_rulechange_fixed_truncate",
    "contacts_sheetimport": "contacts_sheetimport_said contacts_sheetimport_from contacts_sheetimport_whose",
    "contacts_sheetrow": "contacts_sheetrow_paid contacts_sheetrow_proof contacts_sheetrow_proven contacts_sheetrow_judged "
    "contacts_sheetrow_spent contacts_sheetrow_rests",
    "contacts_submission": "contacts_submission_hold",
    "contacts_sweepapproval": "contacts_sweepapproval_grows contacts_sweepapproval_grows_truncate",
    "team_levelchange": "team_levelchange_grows team_levelchange_grows_truncate",
    "team_pledge": "team_pledge_grows team_pledge_grows_truncate",
}
EXPECTED = {(table, name) for table, names in _BY_TABLE.items() for name in names.split()}
GROWING = tuple(table for table, names in _BY_TABLE.items() if f"{table}_grows" in names.split() or table == "audit_entry")
