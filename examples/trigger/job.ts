import { connect } from 'counterfoil/client';

const client = await connect({ db: 'fraud.db' });

// Starts the job and gives it to follow.
const job = await client.augment({
	model: 'payments',
	rows: 500,
	where: ['is_fraud=1', 'amount>=10'],
	out: 'frauds.parquet',
});
const watch = setInterval(() => console.error(job.progress()), 1_000);

// Waits for it.
const { rows, out, provenance } = await job.result();
clearInterval(watch);
console.log(rows, out, provenance);

await client.close();
