import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPersonalData } from '../../src/features/personal-data.ts';
import { fc } from '../properties.ts';

const of = (texts: string[], name = 'x') => findPersonalData(name, texts, false);

// Numbers of the documentation of their issuers and of the standards, no one's own.
const CARDS = ['4111 1111 1111 1111', '5555555555554444', '378282246310005', '6011111111111117', '3530111333300000'];
const IBANS = ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432', 'FR1420041010050500013M02606'].concat([
	'NL91ABNA0417164300',
	'CH9300762011623852957',
]);

test('values are known by their pattern and their check digits, whatever the column is called', () => {
	assert.equal(of(CARDS), 'card number');
	assert.equal(of(IBANS), 'iban');
	assert.equal(
		of(['a@example.org', 'b.c@mail.example.com', 'd+e@x.io', 'f_g@example.net', 'h@sub.example.de']),
		'email',
	);
	assert.equal(of(['10.0.0.1', '192.168.1.20', '8.8.8.8', '172.16.0.9', '255.255.255.255']), 'ip address');
	assert.equal(of(['2001:db8::1', 'fe80::1', '::1:2', '2001:db8:0:1::9', '2001:db8::ff00:42:8329']), 'ip address');
	assert.equal(
		of(['+49 30 1234567', '+1-202-555-0143', '+33 1 70 18 99 00', '0044 20 79460000', '+31 20 1234567']),
		'phone number',
	);
	assert.equal(of(['219-09-9999', '078-05-1120', '123-45-6789', '001-01-0001', '665-12-3456']), 'national id');
	assert.equal(of(['12345678Z', '00000000T', '87654321X', '11111111H', '22222222J']), 'national id');
});

test('what only looks like it at a glance is not', () => {
	assert.equal(of(CARDS.map((card) => card.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)))), null);
	assert.equal(of(IBANS.map((iban) => iban.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)))), null);
	assert.equal(of(['2024-01-01', '2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01']), null);
	assert.equal(of(['12:30', '13:45', '14:00', '09:15', '10:10']), null);
	assert.equal(of(['12:30:05', '13:45:10', '14:00:15', '09:15:20', '10:10:25']), null, 'times are no addresses');
	assert.equal(of(['300.1.1.1', '1.2.3', '4.5.6.7.8', '999.1.1.1', '1.1.1.1000']), null);
	assert.equal(of(['12345', '23456', '34567', '45678', '56789']), null);
	assert.equal(of(['a@b', '@twitter', 'x at y.org', 'user@', 'a b@c.de']), null);
});

test('by the name of the column where the values have no pattern', () => {
	const words = ['a', 'b', 'c', 'd', 'e', 'f'];
	for (const [name, kind] of [
		['firstName', 'name of a person'],
		['Last Name', 'name of a person'],
		['street_address', 'address'],
		['mobile-no', 'phone number'],
		['SSN', 'national id'],
	] as const) {
		assert.equal(of(words, name), kind, name);
	}
	for (const name of ['filename', 'hostname', 'name', 'address_count', 'zip', 'shipping', 'discard_no', 'recipient']) {
		assert.equal(of(words, name), null, name);
	}
	assert.equal(findPersonalData('date_of_birth', words, true), 'birth date');
	assert.equal(findPersonalData('birth_date', words, false), null, 'words are no dates');
});

test('amounts, counts and codes are hardly ever taken for people', () => {
	const columns = fc.oneof(
		fc.array(fc.integer({ min: 1e12, max: 9e15 }).map(String), { minLength: 20, maxLength: 40 }),
		fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), { minLength: 20, maxLength: 40 }),
		fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 20, maxLength: 40 }),
	);
	fc.assert(fc.property(columns, (texts) => of(texts) === null));
});
