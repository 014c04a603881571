"""Addresses of plans, referrals, what is asked of people, and the citizen's own plan."""

from __future__ import annotations

from samspil.plans import citizen_urls, pathway_urls, plan_urls, referral_urls, work_urls

urlpatterns = [
    *pathway_urls.urlpatterns,
    *plan_urls.urlpatterns,
    *referral_urls.urlpatterns,
    *work_urls.urlpatterns,
    *citizen_urls.urlpatterns,
]
