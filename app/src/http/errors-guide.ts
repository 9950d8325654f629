/**
 * What each error code means, and what to do. The one source of the page that `doc_url` of errors leads to; a test holds it
 * against the codes that the service's source can give.
 */
export interface ErrorExplanation {
  title: string;
  meaning: string;
  remedy: string;
}

export interface ErrorChapter {
  title: string;
  codes: Readonly<Record<string, ErrorExplanation>>;
}

const explain = (title: string, meaning: string, remedy: string): ErrorExplanation => ({
  title,
  meaning,
  remedy,
});

const REQUESTS: ErrorChapter = {
  title: "Requests",
  codes: {
    parameter_missing: explain(
      "A field is missing",
      "The field named by param is needed.",
      "Send it; mistakes lists all that is wrong when there is more.",
    ),
    parameter_unknown: explain(
      "A field is not known",
      "The field named by param does not belong here.",
      "Remove it, or look for its right name in the API's description.",
    ),
    parameter_invalid: explain(
      "A value is not allowed",
      "The value of the field named by param has the wrong type, form or size.",
      "Send a value that the message allows. Numbers are not sent as text in bodies.",
    ),
    parameters_exclusive: explain(
      "Two fields exclude each other",
      "Fields were sent of which only one may be.",
      "Send one of them.",
    ),
    text_invalid: explain(
      "Text that cannot be kept",
      "A text has a NUL character or half of a surrogate pair, which no database keeps.",
      "Remove it; cut texts between characters, not within them.",
    ),
    body_invalid: explain(
      "The body cannot be read",
      "The body is not one JSON document, or has keys such as __proto__.",
      "Send one JSON document.",
    ),
    body_not_utf8: explain("The body is not UTF-8", "Its bytes are no UTF-8.", "Encode the JSON in UTF-8."),
    body_too_deep: explain(
      "The body is nested too deep",
      "Objects and arrays are nested more deeply than any request needs.",
      "Send a flatter document.",
    ),
    body_too_large: explain(
      "The body is too large",
      "The body is larger than the route takes.",
      "Send less at once, or ask for a higher BODY_LIMIT.",
    ),
    content_encoding_unsupported: explain(
      "The body is compressed",
      "Bodies are taken as they are; compressed ones could be bombs.",
      "Send it without Content-Encoding.",
    ),
    content_type_unsupported: explain(
      "The body has another type",
      "Bodies are JSON.",
      "Send Content-Type: application/json.",
    ),
    headers_too_large: explain(
      "Too many headers",
      "The request's headers are too many or too large.",
      "Send fewer; look for cookies that do not belong here.",
    ),
    path_invalid: explain(
      "The path cannot be read",
      "A part of the path is too long, or is not written in UTF-8 with percent signs.",
      "Encode ids as encodeURIComponent does.",
    ),
    request_invalid: explain(
      "No request",
      "What came is not HTTP, or could not be understood.",
      "Use an HTTP client; look for a proxy that changes requests.",
    ),
    request_timeout: explain(
      "The request came too slowly",
      "It did not arrive in time.",
      "Send it again with the same Idempotency-Key.",
    ),
    route_missing: explain(
      "Nothing is there",
      "No route has this method and path.",
      "Compare the path with the API's description at /docs.",
    ),
    method_not_allowed: explain(
      "Another method is needed",
      "The path exists, but does not take this method.",
      "Send one of the methods in the header Allow.",
    ),
  },
};

const CALLERS: ErrorChapter = {
  title: "Who asks",
  codes: {
    credentials_missing: explain(
      "No credentials",
      "The request says not who asks.",
      "Send Authorization: Bearer and your API key or token.",
    ),
    authorization_malformed: explain(
      "The header Authorization cannot be read",
      "It is neither Bearer nor Basic, or is empty.",
      "Send Authorization: Bearer and your API key or token.",
    ),
    api_key_invalid: explain(
      "The API key is not known",
      "No such key exists here.",
      "Check that the key is complete, and of this installation.",
    ),
    api_key_expired: explain("The API key has expired", "Its time is over.", "Roll it, or make a new one."),
    api_key_revoked: explain("The API key is revoked", "It was taken out of use for good.", "Use another."),
    token_invalid: explain(
      "The token is not valid",
      "Its signature, issuer or audience is not right.",
      "Get a new one from POST /v1/tokens, or from your identity provider.",
    ),
    token_expired: explain("The token has expired", "Tokens live for a short time.", "Get a new one."),
    token_for_token: explain(
      "A token for a token",
      "Tokens are given for API keys only.",
      "Ask with the API key.",
    ),
    scope_missing: explain(
      "Not allowed",
      "Your key or token lacks the scope that the message names.",
      "Use a key that has it.",
    ),
    scope_beyond_own: explain(
      "More than your own",
      "Nobody can give away more scopes than they have.",
      "Ask for scopes that your own key has.",
    ),
    scopes_missing: explain(
      "Nothing would be allowed",
      "A key or token without scopes is of no use.",
      "Give scopes or roles.",
    ),
    livemode_beyond_own: explain(
      "Live needs live",
      "A test key cannot make live keys.",
      "Ask with a live key.",
    ),
    customer_bound: explain(
      "For one customer only",
      "Your key or token acts for one customer, and this concerns more.",
      "Use one that is not bound to a customer.",
    ),
    customer_beyond_own: explain(
      "Another customer",
      "Your key acts for one customer, and cannot make tokens for another.",
      "Leave customer out.",
    ),
    customer_not_allowed: explain(
      "Another customer",
      "You act for one customer, and named another.",
      "Leave customer out, or send your own.",
    ),
    not_allowed: explain(
      "Not for customers",
      "This is not open to those who act for one customer.",
      "Use a key that is not bound to a customer.",
    ),
    expires_at_past: explain(
      "Over already",
      "expires_at lies in the past.",
      "Give a later time, in seconds.",
    ),
    expires_in_too_long: explain(
      "Too long a life",
      "Tokens live for a limited time.",
      "Give at most the seconds that the message names.",
    ),
    previous_expires_at_invalid: explain(
      "The old key's end is not allowed",
      "It may lie between now and seven days from now.",
      "Give a time within that span.",
    ),
    rate_limit_exceeded: explain(
      "Too many requests",
      "More requests came than are allowed in the span that the message names.",
      "Wait for Retry-After seconds, and spread requests over time.",
    ),
  },
};

const IDEMPOTENCY: ErrorChapter = {
  title: "Idempotency and concurrency",
  codes: {
    idempotency_key_invalid: explain(
      "The key has no allowed form",
      "An Idempotency-Key has 1 to 255 characters.",
      "Use a UUID, or an id of your own with the step's name.",
    ),
    idempotency_key_in_use: explain(
      "The first request is under way",
      "Another request with this Idempotency-Key has not been answered yet.",
      "Wait for Retry-After seconds and send the same again.",
    ),
    idempotency_key_reused: explain(
      "The key belongs to another request",
      "This Idempotency-Key was sent before with another path or body.",
      "Use a new key for each new request; send exactly the same again when you retry.",
    ),
    answer_not_available: explain(
      "The answer cannot be shown again",
      "The request was done, but its answer held a secret that can no longer be read.",
      "Roll the key to get a new secret.",
    ),
    answer_erased: explain(
      "The answer is erased",
      "The request was done, and its answer erased with the customer's data.",
      "There is nothing to do.",
    ),
    resource_busy: explain(
      "Too many changes at once",
      "Others keep changing the same object.",
      "Send the request again with the same key.",
    ),
    version_mismatch: explain(
      "Changed meanwhile",
      "Somebody has changed the object since you read it.",
      "Read it again, decide again, and send the new version.",
    ),
  },
};

const OBJECTS: ErrorChapter = {
  title: "Objects",
  codes: {
    resource_missing: explain(
      "There is no such object",
      "Nothing has this id, or it is not yours: test and live data are apart. It is a 404 when the path names it, and a 400 when a field of the body or the query does; param names that field.",
      "Check the id, and whether the key is for test or live data.",
    ),
    resource_exists: explain(
      "There is one already",
      "Another object has this key.",
      "Choose another key, or change that one.",
    ),
    resource_in_use: explain(
      "Still in use",
      "Other objects refer to this one.",
      "Change those first; the message names them.",
    ),
    customer_deleted: explain("The customer is deleted", "Nothing can be added.", "Create a new customer."),
    customer_held: explain(
      "Under a legal hold",
      "Nothing of the customer may be erased.",
      "Release the hold first.",
    ),
    customer_has_open_business: explain(
      "Something is under way",
      "A customer with open payments, refunds or disputes cannot be erased.",
      "Finish or cancel what the message names, and ask again with a new key.",
    ),
    too_many_consents: explain(
      "Too many consents",
      "No more are kept for one customer.",
      "Record a consent when it changes, not at every visit.",
    ),
    endpoint_disabled: explain("The endpoint is disabled", "It gets no events.", "Enable it first."),
    endpoint_enabled: explain("The endpoint is enabled", "There is nothing to do.", "Go on."),
    too_many_endpoints: explain(
      "Too many endpoints",
      "No more webhook endpoints can be enabled.",
      "Disable or delete one.",
    ),
    url_invalid: explain(
      "The URL cannot be called",
      "Webhooks go to https URLs of public hosts.",
      "Give such a URL, without user name and password.",
    ),
    range_empty: explain("An empty span", "The end is not after the beginning.", "Give a later end."),
    export_processing: explain("Not ready yet", "The export is being made.", "Ask again in a moment."),
    export_expired: explain("The file is gone", "Exports are kept for a limited time.", "Make a new one."),
    reconciliation_processing: explain(
      "Not ready yet",
      "The file is being compared.",
      "Wait until the reconciliation's status changes.",
    ),
    item_resolved: explain("Nothing to post", "A later file explained this item.", "Leave it as it is."),
    file_invalid: explain(
      "The file cannot be read",
      "The settlement file has mistakes; mistakes names their lines.",
      "Correct the file, or choose the right format.",
    ),
    flags_kept_elsewhere: explain(
      "Kept elsewhere",
      "Flags come from another provider, and only kill switches can be changed here.",
      "Change them there.",
    ),
    experiment_state: explain(
      "Not in this state",
      "The experiment's status does not allow this.",
      "Read the experiment, and do what its status allows.",
    ),
    experiment_started: explain(
      "Started experiments stay as they are",
      "A change would spoil the result.",
      "Stop it and make a new one.",
    ),
  },
};

const MONEY: ErrorChapter = {
  title: "Payments, refunds, disputes and payouts",
  codes: {
    payment_unexpected_state: explain(
      "Not in this state",
      "The payment's status does not allow this.",
      "Read the payment: its status says what is next.",
    ),
    payment_processing: explain(
      "Under way",
      "The processor's answer on an earlier step is not known yet.",
      "Wait for the event, or ask again later; nothing is lost.",
    ),
    payment_method_required: explain(
      "No payment method",
      "The payment has nothing to be paid with.",
      "Send payment_method or payment_method_data.",
    ),
    payment_method_unexpected: explain(
      "Another kind is needed",
      "This payment method cannot be used here.",
      "Send one of the kind that the message names.",
    ),
    payment_method_unusable: explain(
      "Cannot be used",
      "The payment method is used up, erased or not complete.",
      "Create a new one.",
    ),
    payment_method_attached: explain(
      "Belongs to a customer",
      "The payment method is attached to a customer.",
      "Send that customer as well, or create another payment method.",
    ),
    payment_method_detached: explain(
      "Detached",
      "A payment method that was detached cannot be used again.",
      "Create a new one.",
    ),
    payment_method_not_available: explain(
      "No processor takes it",
      "No processor takes this payment method in this currency and mode.",
      "Use another payment method or currency.",
    ),
    payment_method_not_supported: explain(
      "The processor does not take it",
      "The processor has no use for this kind of payment method.",
      "Use another.",
    ),
    capture_method_not_available: explain(
      "Only at once",
      "The processor takes money at once for this payment method.",
      "Send capture_method automatic.",
    ),
    capture_method_not_supported: explain(
      "Only at once",
      "Bank accounts are debited at once.",
      "Send capture_method automatic.",
    ),
    amount_too_large: explain(
      "More than there is",
      "The amount is above what is authorized, captured or left.",
      "Send at most what the message names.",
    ),
    nothing_to_refund: explain(
      "Nothing to give back",
      "The payment has no captured money that was not refunded.",
      "Read the payment's amounts.",
    ),
    refund_unexpected_state: explain(
      "Not in this state",
      "The refund's status does not allow this.",
      "Read the refund.",
    ),
    refund_returned: explain(
      "The refund came back",
      "The customer's bank sent it back, and the money is with you again.",
      "Ask the customer for another way.",
    ),
    dispute_unexpected_state: explain(
      "Not in this state",
      "The dispute's status does not allow this.",
      "Read the dispute.",
    ),
    dispute_processing: explain("Under way", "A response to the dispute is on its way.", "Ask again later."),
    dispute_response_refused: explain(
      "The response was refused",
      "The dispute is closed at the processor, or the response came too late.",
      "Read the dispute; there is nothing more to send.",
    ),
    dispute_not_contestable: explain("Final", "Returns of banks cannot be contested.", "Accept it."),
    dispute_not_open: explain("Not open", "The processor has no such open dispute.", "Read the dispute."),
    payout_unexpected_state: explain(
      "Not in this state",
      "The payout's status does not allow this.",
      "Read the payout.",
    ),
    payout_not_supported: explain(
      "No payouts here",
      "The processor pays out to no bank account.",
      "Pay out to a bank account that another processor serves.",
    ),
    path_stopped: explain(
      "This is stopped",
      "The operator has stopped it with a kill switch.",
      "Send the request again with the same key when it is over.",
    ),
    processor_unavailable: explain(
      "The processor is away",
      "It cannot be reached; nothing was done.",
      "Send the request again with the same key.",
    ),
    processing_error: explain(
      "The processor failed",
      "It could not do what it was asked.",
      "Try again later with a new key, or with another payment method.",
    ),
  },
};

const DECLINES: ErrorChapter = {
  title: "Cards, banks and processors",
  codes: {
    card_declined: explain(
      "The card was declined",
      "The customer's bank said no; decline_code may tell why.",
      "Ask the customer for another card, or to call the bank.",
    ),
    insufficient_funds: explain(
      "Not enough money",
      "The account that the money should come from has too little.",
      "Try a smaller amount, later, or another payment method.",
    ),
    expired_card: explain("The card has expired", "Its last month is over.", "Ask for another card."),
    incorrect_number: explain("No card number", "A digit is wrong or missing.", "Ask the customer to look."),
    incorrect_cvc: explain("The security code is wrong", "The bank says so.", "Ask the customer to look."),
    invalid_cvc: explain("No security code", "It has 3 digits, or 4 with some brands.", "Ask for it again."),
    invalid_expiry_month: explain("No month", "exp_month is 1 to 12.", "Ask the customer to look."),
    invalid_expiry_year: explain("No year of a card", "exp_year is not plausible.", "Send four digits."),
    authentication_failed: explain(
      "The customer was not recognised",
      "The 3-D Secure challenge was not passed.",
      "Let the customer try again, or pay otherwise.",
    ),
    authorization_expired: explain(
      "The authorization has expired",
      "The bank does not reserve the money any more.",
      "Make a new payment.",
    ),
    challenge_not_open: explain(
      "No challenge",
      "The charge does not wait for the customer.",
      "Read the payment.",
    ),
    charge_missing: explain("Not known", "The processor knows no such charge.", "Read the payment."),
    charge_disputed: explain("Disputed", "The money is with the customer's bank.", "Answer the dispute."),
    charge_not_capturable: explain("Not open", "The charge cannot be captured.", "Read the payment."),
    charge_not_refundable: explain("Nothing there yet", "The debit has not succeeded.", "Wait for it."),
    charge_not_voidable: explain(
      "Too late",
      "The charge is captured, released or sent already.",
      "Refund it instead.",
    ),
    key_closed: explain(
      "Never arrived",
      "The processor was told that this request never arrived, and does it no more.",
      "Send the request again with a new key.",
    ),
    invalid_routing_number: explain(
      "No routing number",
      "The bank's number is not right.",
      "Ask the customer to look.",
    ),
    invalid_account_number: explain(
      "No account number",
      "The account's number is not right.",
      "Ask the customer to look.",
    ),
    no_account: explain(
      "No such account",
      "There is none, or it is not the holder's.",
      "Ask for other details.",
    ),
    account_frozen: explain("The account is frozen", "The bank has blocked it.", "Ask for another account."),
    account_holder_deceased: explain("The holder has died", "The bank says so.", "Do not debit again."),
    account_moved: explain("The account has moved", "It is at another bank.", "Ask for the new details."),
    authorization_revoked: explain(
      "Permission withdrawn",
      "The customer has withdrawn the permission to debit.",
      "Do not debit again before there is a new one.",
    ),
    debit_not_authorized: explain(
      "Not permitted",
      "The customer says that the debit was not authorized.",
      "Do not debit again; look for the customer's permission.",
    ),
    debit_not_as_authorized: explain(
      "Not as permitted",
      "The debit differs from what was authorized.",
      "Compare it with the customer's permission.",
    ),
    payment_stopped: explain("Stopped", "The customer has stopped the payment.", "Ask the customer."),
    returned_per_request: explain("Called back", "Our bank asked for the return.", "Ask the bank."),
    permissible_return: explain("Agreed", "The banks agreed on the return.", "Ask the bank."),
    uncollected_funds: explain("Not there yet", "Funds are not collected yet.", "Try again in some days."),
    credit_refused: explain("Not wanted", "The receiver refused the credit.", "Ask the receiver."),
    duplicate_entry: explain("Twice", "The bank takes it for a duplicate.", "Compare both."),
    invalid_entry: explain("Not processed", "The bank could not process it.", "Check the details."),
    non_transaction_account: explain(
      "Not this account",
      "The account takes no such entries.",
      "Ask for another account.",
    ),
    bank_return: explain("Returned", "The bank sent it back; the message says why.", "Ask the customer."),
    bank_account_erased: explain(
      "Erased",
      "The bank account was erased before the entry went into a file.",
      "Make a new payment with a new payment method.",
    ),
    canceled: explain("Canceled", "The entry was canceled before it was sent.", "Nothing is to be done."),
    nothing_pending: explain("Nothing waits", "No debit or credit waits for a file.", "Try again later."),
    ach_format: explain(
      "No ACH file",
      "The file has mistakes; mistakes names their lines.",
      "Get the file from the bank again.",
    ),
    ach_file_erased: explain(
      "The file is erased",
      "Its content was erased with the data in it.",
      "The file's record stays.",
    ),
    ach_files_exhausted: explain(
      "No more files today",
      "All of the day's file letters are used.",
      "Make the next file tomorrow.",
    ),
  },
};

const LEDGER: ErrorChapter = {
  title: "Ledger",
  codes: {
    same_account: explain("One account", "Source and destination are the same.", "Name two."),
    account_closed: explain("The account is closed", "It takes no more entries.", "Use another."),
    account_reserved: explain(
      "The service's own",
      "This account is moved by payments only.",
      "Use an account of your own.",
    ),
    account_not_empty: explain(
      "Not empty",
      "The account has a balance or holds.",
      "Move them before closing it.",
    ),
    currency_mismatch: explain(
      "Another currency",
      "The account is kept in another currency.",
      "Use an account of the amount's currency.",
    ),
    balance_overflow: explain(
      "Beyond all bounds",
      "The account's total would be more than can be counted exactly.",
      "Use another account.",
    ),
  },
};

const SERVICE: ErrorChapter = {
  title: "The service",
  codes: {
    service_unavailable: explain(
      "Not now",
      "The database is away, or the service is overloaded or stopping.",
      "Wait for Retry-After seconds and send the same again with the same key.",
    ),
    internal_error: explain(
      "A mistake of ours",
      "Something went wrong on our side.",
      "Send the same again with the same key; tell us the Request-Id if it stays.",
    ),
  },
};

export const ERROR_GUIDE: readonly ErrorChapter[] = [
  REQUESTS,
  CALLERS,
  IDEMPOTENCY,
  OBJECTS,
  MONEY,
  DECLINES,
  LEDGER,
  SERVICE,
];
