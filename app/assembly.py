"""The web app put together: the only place that knows all of its parts."""

from __future__ import annotations

from inspect import iscoroutinefunction

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts.audit_views import set_up_audit
from app.accounts.device_views import set_up_devices
from app.accounts.login import set_up_accounts, set_up_reading
from app.accounts.people_views import set_up_people
from app.billing.forecast.views import forecast_views
from app.billing.held_views import held_views
from app.billing.invoices.views import invoice_views
from app.billing.payments.file_views import bank_file_views
from app.billing.payments.payout_views import payout_views
from app.billing.payments.refund_views import refund_views
from app.billing.payments.views import payment_views
from app.billing.statements.views import statement_views
from app.billing.views import billing_views
from app.compression import set_up_compression
from app.config import Config
from app.database.engine import db, engine_options, set_rules
from app.deliveries.dispute_views import dispute_views
from app.deliveries.file_views import weight_file_views
from app.deliveries.refusal_views import refusal_views
from app.deliveries.views import delivery_views
from app.dispatch.answer_cache import AnswerCache
from app.dispatch.scenario_views import read_scenario_zip, scenario_views
from app.dispatch.views import dispatch_views
from app.error_pages import set_up_error_pages
from app.fire_safety.alarms.robot_views import robot_views
from app.fire_safety.alarms.views import alarm_views, alarms_waiting
from app.fire_safety.drawings.compare_views import compare_views
from app.fire_safety.drawings.design_views import design_views
from app.fire_safety.drawings.views import drawing_views
from app.fire_safety.drills.views import drill_views
from app.fire_safety.emergency.views import emergency_views
from app.fire_safety.equipment.views import equipment_views
from app.fire_safety.heat.views import heat_views
from app.fire_safety.inspections.inspection_views import inspection_views
from app.fire_safety.inspections.views import safety_views
from app.fire_safety.overview.report_views import report_views
from app.fire_safety.overview.views import overview_views
from app.fire_safety.patrols.views import patrol_views
from app.form_sizes import set_up_form_sizes
from app.i18n import set_up_languages
from app.intake.instrument_views import set_up_instruments
from app.intake.purchase_views import purchase_views
from app.intake.queue_views import queue_views
from app.intake.refused_views import refused_views
from app.intake.ticket_views import ticket_views
from app.intake.verification_views import verification_views
from app.intake.void_views import set_up_voids
from app.pages.base_map import base_map_views
from app.pages.formats import set_up_formats
from app.pages.home import home_views
from app.pages.kept_forms import set_up_kept_forms
from app.pages.navigation import set_up_navigation
from app.pages.search import search_views
from app.pages.styleguide import styleguide_views
from app.pages.table_workbooks import table_views
from app.registry.export_views import export_views
from app.registry.importing.views import set_up_imports
from app.registry.procedures.views import procedure_views
from app.registry.queries import place_choices
from app.registry.record_views import record_views
from app.registry.views import registry_views
from app.running.health_views import health_views
from app.running.logs import set_up_request_logs
from app.running.metrics import set_up_metrics
from app.security_headers import set_up_security_headers
from app.storage.stack_views import stack_views
from app.storage.views import stock_views
from app.storage.visitor_views import visitor_views
from app.subsidies.distribution_views import distribution_views
from app.subsidies.recovery_views import recovery_views
from app.subsidies.stubble_views import stubble_views
from app.subsidies.views import subsidy_views
from app.tablet.notebook_views import notebook_views
from app.tablet.plan_views import plan_weighed_views
from app.tablet.record_kinds import RECORD_KINDS
from app.tablet.record_views import tablet_record_views
from app.tablet.shell_views import shell_views
from app.tablet.worker_views import worker_views
from app.verification.views import desk_views
from yard_rules.rulebook import use_county


def assembled_app(config: Config) -> Flask:
    """Return the app for these settings; raises Refusal where the database would be a SQLite that can lose data."""
    app = Flask("app", instance_path=str(config.instance))
    app.config.update(
        SECRET_KEY=config.secret_key,
        SECURITY_PASSWORD_SALT=config.secret_key,
        SQLALCHEMY_ENGINES={"default": engine_options(config.database_url, busy_timeout_ms=config.busy_timeout_ms)},
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=config.secure_cookies,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    use_county(config.county_rules)
    app.extensions["strawline.config"] = config
    app.extensions["strawline.answers"] = AnswerCache()
    if config.proxies:
        # Not X-Forwarded-Host: a proxy that does not set it hands on what the visitor made up.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies
        )
    set_up_request_logs(app)
    set_up_metrics(app)
    db.init_app(app)
    _without_async_sessions(app)
    with app.app_context():
        set_rules(db.engine, busy_timeout_ms=config.busy_timeout_ms)
    set_up_form_sizes(app)
    set_up_reading(app)
    set_up_languages(app)
    set_up_formats(app)
    set_up_navigation(app, {"alarms": alarms_waiting})
    set_up_error_pages(app)
    set_up_kept_forms(app)
    set_up_accounts(app)
    set_up_audit(app)
    set_up_people(app, place_choices)
    set_up_devices(app)
    set_up_security_headers(app)
    set_up_compression(app)
    app.register_blueprint(home_views)
    app.register_blueprint(search_views)
    app.register_blueprint(base_map_views)
    app.register_blueprint(dispatch_views)
    app.register_blueprint(registry_views)
    app.register_blueprint(record_views)
    app.register_blueprint(stock_views)
    app.register_blueprint(billing_views)
    app.register_blueprint(statement_views)
    app.register_blueprint(subsidy_views)
    app.register_blueprint(payment_views)
    app.register_blueprint(refund_views)
    app.register_blueprint(payout_views)
    app.register_blueprint(invoice_views)
    app.register_blueprint(forecast_views)
    app.register_blueprint(held_views)
    app.register_blueprint(bank_file_views)
    app.register_blueprint(distribution_views)
    app.register_blueprint(stubble_views)
    app.register_blueprint(recovery_views)
    app.register_blueprint(stack_views)
    app.register_blueprint(visitor_views)
    app.register_blueprint(drawing_views)
    app.register_blueprint(compare_views)
    app.register_blueprint(design_views)
    app.register_blueprint(safety_views)
    app.register_blueprint(inspection_views)
    app.register_blueprint(equipment_views)
    app.register_blueprint(emergency_views)
    app.register_blueprint(drill_views)
    app.register_blueprint(alarm_views)
    app.register_blueprint(robot_views)
    app.register_blueprint(heat_views)
    app.register_blueprint(patrol_views)
    app.register_blueprint(overview_views)
    app.register_blueprint(report_views)
    app.register_blueprint(procedure_views)
    set_up_imports(app, read_scenario_zip)
    app.register_blueprint(export_views)
    set_up_instruments(app)
    app.register_blueprint(queue_views)
    app.register_blueprint(ticket_views)
    set_up_voids(app, RECORD_KINDS)
    app.register_blueprint(purchase_views)
    app.register_blueprint(refused_views)
    app.register_blueprint(verification_views)
    app.register_blueprint(desk_views)
    app.register_blueprint(plan_weighed_views)
    app.register_blueprint(delivery_views)
    app.register_blueprint(weight_file_views)
    app.register_blueprint(dispute_views)
    app.register_blueprint(refusal_views)
    app.register_blueprint(scenario_views)
    app.register_blueprint(table_views)
    app.register_blueprint(health_views)
    app.register_blueprint(shell_views)
    app.register_blueprint(worker_views)
    app.register_blueprint(tablet_record_views)
    app.register_blueprint(notebook_views)
    if config.styleguide:
        app.register_blueprint(styleguide_views)
    return app


def _without_async_sessions(app: Flask) -> None:
    """We have none; closing them would start a thread and an event loop at the end of every request."""
    app.teardown_appcontext_funcs = [end for end in app.teardown_appcontext_funcs if not iscoroutinefunction(end)]
