/** The reasons that a new database offers; more are added by `counterfoil queue reasons add`. */
export const REASON_CODES = [
	{ code: 'stolen_card', decision: 'fraud', description: 'The card or its data was used by someone else.' },
	{ code: 'account_takeover', decision: 'fraud', description: 'Someone else took over the account.' },
	{ code: 'false_identity', decision: 'fraud', description: 'The identity is made up or belongs to someone else.' },
	{ code: 'own_fraud', decision: 'fraud', description: 'The customer deceives: no intent to pay, a false claim.' },
	{ code: 'merchant_fraud', decision: 'fraud', description: 'The merchant or its terminal is at fault.' },
	{ code: 'chargeback', decision: 'fraud', description: 'The payment was disputed and charged back.' },
	{ code: 'other_fraud', decision: 'fraud', description: 'Fraud of another kind; the note says which.' },
	{ code: 'usual_for_customer', decision: 'legitimate', description: 'Unusual for most, but not for this customer.' },
	{ code: 'confirmed_by_customer', decision: 'legitimate', description: 'The customer confirmed it.' },
	{ code: 'known_exception', decision: 'legitimate', description: 'Allowed: a campaign, a refund, an internal test.' },
	{ code: 'data_error', decision: 'legitimate', description: 'Wrong data made it look odd; nobody did wrong.' },
	{
		code: 'other_legitimate',
		decision: 'legitimate',
		description: 'Legitimate for another reason; the note says which.',
	},
	{ code: 'no_answer', decision: 'unsure', description: 'The customer could not be reached.' },
	{ code: 'not_enough_data', decision: 'unsure', description: 'What is known does not suffice to tell.' },
	{ code: 'other_unsure', decision: 'unsure', description: 'Unsure for another reason; the note says which.' },
] as const;
