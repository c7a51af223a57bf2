"""A salesperson travels; a colleague acts and signs, and both names are on the order.

Real Chromium, a real server, the demo company.
"""

from story import SAME_BOOKLET, has_ordered

# The contract of this customer says more.
OFFERED = 35


def delegates(sales, order, colleague, *purposes):
    """Hand one order over, for signatures that are named, in writing."""
    sales.order(order.id).presses("action_delegate")
    sales.page.wait_for_selector("[name='receiver_id'] input")
    sales.chooses("receiver_id", colleague)
    for purpose in purposes:
        sales.chooses("purpose_ids", purpose)
    sales.fills("reason", "At the fair until Friday")
    sales.saves()
    sales.presses("action_sign").signs().reaches("in_force")


def test_a_colleague_signs_and_both_names_stand(demo_server, person):
    """ORD-04, ROL-04: refused before; afterwards signed by one for the other."""
    service = person("service")
    order = has_ordered(
        service, demo_server, "Fjordlight Tea Company", SAME_BOOKLET, 300,
        price_unit=OFFERED,
    )  # fmt: skip
    accept = "button[name='action_accept_deviation']:visible"
    service.order(order.id).reads("Not as the contract says", ".alert-warning")
    assert not service.page.locator(accept).count()
    sales = person("sales")
    delegates(sales, order, "Amy Lin", "Departure", "Verification of a")
    service.order(order.id)
    service.reads("Amy Lin acts for 周柏翰 Kevin Chou", ".alert-warning")
    service.presses("action_accept_deviation").signs("Agreed by telephone.")
    service.reads("accepted", ".alert-secondary")
    sales.order(order.id).turns_to("release")
    both = "Amy Lin for 周柏翰 Kevin Chou"
    sales.reads(both, "[name='signature_ids'] .o_data_row")
    service.opens("order.discrepancy", order.discrepancy)
    service.presses("action_verify").signs().reaches("verified")
    [[signer, principal]] = demo_server.sql(
        "SELECT signer_name, principal_name FROM signoff_signature"
        " WHERE res_model = 'order.discrepancy' AND purpose_code ="
        " 'discrepancy_verify' AND res_id = %s",
        (order.discrepancy,),
    )
    assert (signer, principal) == ("林詠晴 Amy Lin", "周柏翰 Kevin Chou")
