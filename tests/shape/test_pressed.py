"""Of every form it is said whether it makes something: those that do make it once."""

from pathlib import Path

from flask import Flask

from tests.shape.routes import routes

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# What is sent a second time changes nothing more, or is refused, and why.
MAKES_NOTHING = {
    "what it ends, drops or takes back is gone, or in the trash, the second time": """
        asking.withdraw auth.sign_out bulk.end comments.settle copying.elsewhere
        defining.delete_role drafts.discard drafts.discard_new export_runs.cancel export_runs.drop
        freezes.undo groups.delete_group groups.remove hosts.remove keeping.end
        leaving.leave_account logo.remove many_media.take_back many_pages.take_back me.end_device
        me.end_everywhere media_folders.delete media_folders.remove media_items.to_trash
        menus.delete page_lists.forget people.end_grant people.revoke_invitation policies.clear
        presence.gone presence.unlock redirects.remove release_acts.cancel release_acts.undo
        releases.leave_out reviews.take_back schedule_acts.forget schedules.call_off shares.revoke
        support.end templates.throw_away terms.delete trail.delete translations.untie trash.delete
        trash.throw_away type_fields.remove types.delete""",
    "it brings back, moves or settles what then stands there already": """
        account_changes.move_account account_changes.reactivate_account
        account_changes.suspend_account account_closing.close_account account_closing.undo_closing
        barring.bar barring.let_in comments.take_up defining.restore groups.restore hosts.aside
        hosts.primary media_items.again media_items.from_trash menus.put notifications.follow
        notifications.read_all outbox.again publication.publish_now publication.take_offline
        release_acts.publish release_acts.schedule releases.add releases.renew requests.answer
        reviews.decide reviews.give reviews.hand_in schedule_acts.run schedule_acts.settle
        schedules.reschedule support.agree support.ask support.glass templates.take_out terms.merge
        translations.lead translations.tie translations.up_to_date trash.take_out type_fields.back
        type_fields.move types.restore""",
    "it sets what is there, and the same again is no change": """
        caring.care console_grants.act console_jobs.act console_outbox.act defining.edit groups.edit
        keeping.days limits.change logo.edit look.edit me.password me.show media_folders.show
        hosts.check media_items.show policies.change presence.lock presence.take readership.readers
        revisions.name settings.edit templates.edit terms.rename translations.speak type_fields.edit
        types.edit workflow.edit""",
    "it is saved on top of what was seen, and the second time something else is there": """
        merging.save menus.edit pages.edit revisions.take_back""",
    "it says of each person what became of it: the second time, that it is there already": """
        bulk.give bulk.take_in""",
    "its token works once, or makes the one before it useless": """
        address.change address.confirm address.stop joining.answer reset.ask reset.new_password""",
    "it keeps one row for each tab or visitor, however often": """
        drafts.keep drafts.keep_new presence.show""",
    "nothing is kept of it but that somebody looked": """
        checks.check checks.check_new export_runs.fetch page_lists.export
        releases.check schedule_acts.export shared.unlock site.unlock supposing.what_if
        trail_files.check trail_files.export trail_files.take""",
    "whoever sends it is nobody the portal knows yet; limits of their own hold": """
        auth.sign_in shared.say""",
}
# Where a token stands without the key: those forms make nothing, or are sent again as they were.
WITHOUT_A_KEY = {"errors/_typed.html", "site/_unlock.html", "site/shared.html"}


def test_of_every_form_it_is_said_whether_it_makes_something(app: Flask):
    said = " ".join(MAKES_NOTHING.values()).split()
    sent = {r.rule.endpoint for r in routes(app, "/") if r.method != "GET"}
    making = {name for name in sent if getattr(app.view_functions[name], "makes", False)}
    assert sorted(said) == sorted(sent - making), "put @once on the view, or say why not here"
    assert making


def test_every_form_with_a_token_has_the_key():
    bare = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        for text in [path.read_text()]
        if 'name="csrf_token"' in text and "once_key()" not in text
    }
    assert bare == WITHOUT_A_KEY
