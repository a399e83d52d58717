import { useState } from 'preact/hooks';
import { type ApiProblem, api } from '../api.ts';
import { ProblemNote } from '../parts/feedback.tsx';
import { asProblem } from '../use-data.ts';

export function SignInView({
	signIn,
	problem: linkProblem,
	onSignedIn,
}: {
	readonly signIn: 'start-link' | 'password';
	readonly problem: ApiProblem | null;
	readonly onSignedIn: () => void;
}) {
	const [problem, setProblem] = useState(linkProblem);
	const [isBusy, setBusy] = useState(false);
	const onSubmit = (event: SubmitEvent) => {
		event.preventDefault();
		const form = new FormData(event.currentTarget as HTMLFormElement);
		setBusy(true);
		setProblem(null);
		api
			.signIn({ name: String(form.get('name')), password: String(form.get('password')) })
			.then(onSignedIn, (error: unknown) => setProblem(asProblem(error)))
			.finally(() => setBusy(false));
	};
	return (
		<main class="sign-in">
			<h1>counterfoil</h1>
			{signIn === 'start-link' ? (
				<>
					<p>This console is for whoever started it. Open the link that its terminal shows; it signs you in once.</p>
					<p>
						<code class="command">counterfoil console</code>
					</p>
					<p>Press Enter in that terminal for another link.</p>
				</>
			) : (
				<form onSubmit={onSubmit}>
					<label>
						Name
						<input name="name" autocomplete="username" required />
					</label>
					<label>
						Password
						<input name="password" type="password" autocomplete="current-password" required />
					</label>
					<button type="submit" class="primary" disabled={isBusy}>
						Sign in
					</button>
				</form>
			)}
			{problem !== null && <ProblemNote problem={problem} />}
		</main>
	);
}
