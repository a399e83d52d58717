import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionBody } from '../api/routes/session-routes.ts';
import type { Toast } from './parts/feedback.tsx';

export interface ConsoleSession {
	readonly session: SessionBody;
	/** Asks again who has signed in. */
	readonly renew: () => void;
	readonly show: (toast: Toast | null) => void;
}

export const SessionContext = createContext<ConsoleSession | null>(null);

export function useSession(): ConsoleSession {
	const found = useContext(SessionContext);
	if (found === null) throw new Error('nobody has signed in');
	return found;
}

const ROLES = ['viewer', 'analyst', 'lead', 'admin'];

/** Whether whoever is here may do what a role is needed for. The server decides; this only leaves out what it would refuse. */
export function useMay(role: 'viewer' | 'analyst' | 'lead' | 'admin'): boolean {
	const { session } = useSession();
	return ROLES.indexOf(session.role ?? '') >= ROLES.indexOf(role);
}
