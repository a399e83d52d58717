import { useEffect, useState } from 'preact/hooks';
import type { SessionBody } from '../api/routes/session-routes.ts';
import { ApiProblem, api } from './api.ts';
import { Frame } from './frame.tsx';
import { Empty, Loading, ProblemNote, ToastNote, useToast } from './parts/feedback.tsx';
import { go, usePlace } from './router.tsx';
import { SessionContext } from './session.tsx';
import { asProblem, useData } from './use-data.ts';
import { KeysProvider } from './use-keys.tsx';
import { DriftDetailView, DriftView } from './views/drift-view.tsx';
import { GenerateView } from './views/generate-view.tsx';
import { ModelView } from './views/model-view.tsx';
import { ModelsView } from './views/models-view.tsx';
import { OverviewView } from './views/overview-view.tsx';
import { QueueView } from './views/queue-view.tsx';
import { RecordView } from './views/record-view.tsx';
import { RejectsView } from './views/rejects-view.tsx';
import { RunView } from './views/run-view.tsx';
import { RunsView } from './views/runs-view.tsx';
import { ScoresView } from './views/scores-view.tsx';
import { SettingsView } from './views/settings-view.tsx';
import { SignInView } from './views/sign-in-view.tsx';
import { SqlView } from './views/sql-view.tsx';

const START = /^#start=([\w-]+)$/;
const REFUSED = /^#refused=([A-Z_]+)$/;
/** Why a provider's answer does not sign in. */
const REFUSALS: Readonly<Record<string, string>> = {
	NOT_ALLOWED:
		'You are known there, but may not come in here: you have no role, are kept out, or have the name of another user.',
	TOO_MANY_REQUESTS: 'Too many tries to sign in; wait half a minute.',
	PROVIDER_UNREACHABLE: 'The provider does not answer.',
};

/** Exchanges the token of a start link, which is good for one session, and takes it out of the address. */
async function useStartLink(): Promise<void> {
	const refusal = REFUSED.exec(location.hash)?.[1];
	if (refusal !== undefined) {
		history.replaceState(null, '', location.pathname + location.search);
		const detail = REFUSALS[refusal] ?? 'The provider has not signed you in; begin again.';
		throw new ApiProblem(401, { code: refusal, detail });
	}
	const token = START.exec(location.hash)?.[1];
	if (token === undefined) return;
	history.replaceState(null, '', location.pathname + location.search);
	await api.signIn({ startToken: token });
}

export function App() {
	const [isReady, setReady] = useState(false);
	const [linkProblem, setLinkProblem] = useState<ReturnType<typeof asProblem> | null>(null);
	useEffect(() => {
		useStartLink().then(
			() => setReady(true),
			(error: unknown) => {
				setLinkProblem(asProblem(error));
				setReady(true);
			},
		);
	}, []);
	return isReady ? <SignedInApp linkProblem={linkProblem} /> : <Loading />;
}

function SignedInApp({ linkProblem }: { readonly linkProblem: ReturnType<typeof asProblem> | null }) {
	const { data: session, problem, reload } = useData<SessionBody>('/session');
	const { toast, show } = useToast();
	if (problem !== null) return <ProblemNote problem={problem} onRetry={reload} />;
	if (session === null) return <Loading />;
	if (session.actor === null) return <SignInView signIn={session.signIn} problem={linkProblem} onSignedIn={reload} />;
	return (
		<SessionContext.Provider value={{ session, renew: reload, show }}>
			<KeysProvider key={session.actor} user={session.actor}>
				<Frame>
					<Page />
				</Frame>
			</KeysProvider>
			<ToastNote toast={toast} onClose={() => show(null)} />
		</SessionContext.Provider>
	);
}

function Page() {
	const { path } = usePlace();
	const [, room = '', first, second, third] = path.split('/').map(decodeURIComponent);
	useEffect(() => {
		const words = [room === '' ? 'overview' : room, first].filter((word) => word !== undefined && word !== '');
		document.title = `${words.join(' ')} · counterfoil`;
		document.getElementById('main')?.scrollTo(0, 0);
	}, [path]);
	switch (room) {
		case '':
			return <OverviewView />;
		case 'runs':
			if (first === undefined) return <RunsView />;
			if (second === 'records' && third !== undefined) return <RecordView runId={first} row={third} />;
			return <RunView runId={first} />;
		case 'scores':
			return <ScoresView runId={first ?? null} />;
		case 'queue':
			return <QueueView />;
		case 'models':
			return first === undefined ? <ModelsView /> : <ModelView model={first} />;
		case 'generate':
			return <GenerateView />;
		case 'drift':
			if (first === undefined || second === undefined) return <DriftView />;
			return <DriftDetailView datasetId={first} modelId={second} />;
		case 'rejects':
			return <RejectsView datasetId={first ?? null} />;
		case 'sql':
			return <SqlView />;
		case 'settings':
			return <SettingsView />;
		default:
			return (
				<Empty title="There is no such page">
					<p>
						<button type="button" onClick={() => go('/')}>
							To the overview
						</button>
					</p>
				</Empty>
			);
	}
}
