import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ApiProblem } from '../api.ts';

/** What went wrong and what to do about it. */
export function ProblemNote({ problem, onRetry }: { readonly problem: ApiProblem; readonly onRetry?: () => void }) {
	return (
		<div class="note bad" role="alert">
			<p>
				<strong>{problem.message}</strong> <code>{problem.code}</code>
			</p>
			{problem.hint !== null && <p>{problem.hint}</p>}
			{onRetry !== undefined && (
				<button type="button" onClick={onRetry}>
					Try again
				</button>
			)}
		</div>
	);
}

/** A page with nothing on it names the command that changes that. */
export function Empty({
	title,
	command,
	children,
}: {
	readonly title: string;
	readonly command?: string;
	readonly children?: ComponentChildren;
}) {
	return (
		<div class="empty">
			<h2>{title}</h2>
			{children}
			{command !== undefined && (
				<p>
					<code class="command">{command}</code>
				</p>
			)}
		</div>
	);
}

export function Loading({ what = 'Loading' }: { readonly what?: string }) {
	const [isShown, setShown] = useState(false);
	// What comes at once needs no announcement.
	useEffect(() => {
		const timer = setTimeout(() => setShown(true), 250);
		return () => clearTimeout(timer);
	}, []);
	return (
		<p class="loading" role="status">
			{isShown ? `${what}…` : ''}
		</p>
	);
}

export interface Toast {
	readonly text: string;
	readonly kind: 'done' | 'bad';
	/** What can be done about it for as long as it is shown. */
	readonly action?: { readonly label: string; readonly key: string; readonly run: () => void };
}

const SHOWN_MS = 10_000;

export function useToast() {
	const [toast, setToast] = useState<Toast | null>(null);
	useEffect(() => {
		if (toast === null) return;
		const timer = setTimeout(() => setToast(null), SHOWN_MS);
		return () => clearTimeout(timer);
	}, [toast]);
	return { toast, show: setToast };
}

export function ToastNote({ toast, onClose }: { readonly toast: Toast | null; readonly onClose: () => void }) {
	return (
		<div class="toasts" role="status" aria-live="polite">
			{toast !== null && (
				<div class={`toast ${toast.kind}`}>
					<span>{toast.text}</span>
					{toast.action !== undefined && (
						<button type="button" onClick={toast.action.run}>
							{toast.action.label} <kbd>{toast.action.key}</kbd>
						</button>
					)}
					<button type="button" class="plain" aria-label="Close" onClick={onClose}>
						×
					</button>
				</div>
			)}
		</div>
	);
}

/** A dialog of the browser's own: it keeps the focus, and Escape closes it. */
export function Dialog({
	title,
	onClose,
	children,
}: {
	readonly title: string;
	readonly onClose: () => void;
	readonly children: ComponentChildren;
}) {
	const dialog = useRef<HTMLDialogElement>(null);
	useLayoutEffect(() => {
		const element = dialog.current;
		const before = document.activeElement;
		element?.showModal();
		return () => {
			element?.close();
			if (before instanceof HTMLElement) before.focus();
		};
	}, []);
	return (
		<dialog
			ref={dialog}
			aria-label={title}
			onCancel={(event) => {
				event.preventDefault();
				onClose();
			}}
		>
			<div class="dialog-head">
				<h2>{title}</h2>
				<button type="button" class="plain" aria-label="Close" onClick={onClose}>
					×
				</button>
			</div>
			{children}
		</dialog>
	);
}
