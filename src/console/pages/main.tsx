import { render } from 'preact';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/frame.css';
import './styles/page.css';
import './styles/mark.css';
import './styles/table.css';
import './styles/reason.css';
import './styles/queue.css';
import './styles/dialog.css';
import './styles/form.css';
import './styles/plot.css';
import './styles/step.css';
import './styles/small-window.css';

render(<App />, document.getElementById('root') as HTMLElement);
