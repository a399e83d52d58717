import { useState } from 'preact/hooks';
import { type ApiProblem, api, apiUrl } from '../api.ts';
import { ProblemNote } from '../parts/feedback.tsx';
import { asProblem } from '../use-data.ts';

export function SignInView({
	signIn,
	problem: linkProblem,
	onSignedIn,
}: {
	readonly signIn: 'start-link' | 'password' | 'provider';
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
	const form = (
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
	);
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
				<>
					{signIn === 'provider' && (
						<p>
							<a class="button primary" href={apiUrl('/session/provider')}>
								Sign in with your organisation
							</a>
						</p>
					)}
					{signIn === 'password' ? (
						form
					) : (
						<details class="by-password">
							<summary>By a password</summary>
							{form}
						</details>
					)}
				</>
			)}
			{problem !== null && <ProblemNote problem={problem} />}
		</main>
	);
}
