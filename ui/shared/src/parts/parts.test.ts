/** The parts in a page: what a person sees, ticks, holds, signs, and what the caller hears. */
import { fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import ChoiceGroup from './ChoiceGroup.svelte';
import CompletenessMeter from './CompletenessMeter.svelte';
import CornerHold from './CornerHold.svelte';
import DataTable from './DataTable.svelte';
import DateTimeField from './DateTimeField.svelte';
import Field from './Field.svelte';
import ReadingRow from './ReadingRow.svelte';
import SearchBox from './SearchBox.svelte';
import SignaturePad from './SignaturePad.svelte';
import type { Signature } from './signature.ts';
import Stepper from './Stepper.svelte';
import StepRail from './StepRail.svelte';
import TickRow from './TickRow.svelte';
import { offerUndo } from './undo.svelte.ts';
import UndoToasts from './UndoToasts.svelte';

afterEach(() => vi.useRealTimers());

describe('TickRow', () => {
  it('C1 marks a missing mandatory item in place, in words, until it is ticked', async () => {
    const onchange = vi.fn();
    render(TickRow, { label: '抹布', mandatory: true, missing: true, onchange });
    const box = screen.getByRole('checkbox', { name: '抹布' });
    expect(screen.getByText('还没带')).toBeTruthy();
    expect(box.getAttribute('aria-invalid')).toBe('true');
    await fireEvent.click(box);
    expect(onchange).toHaveBeenCalledExactlyOnceWith(true);
    expect(screen.queryByText('还没带')).toBeNull();
    expect(screen.getByText('必带')).toBeTruthy();
  });
});

describe('ChoiceGroup', () => {
  it('chooses nothing by itself and tells the chosen value', async () => {
    const onchange = vi.fn();
    render(ChoiceGroup, { label: '通话结果', options: [{ value: 'ok', label: '已确认' }, { value: 'moved', label: '改约' }], onchange });
    const radios = screen.getAllByRole<HTMLInputElement>('radio');
    expect(radios.map((radio) => radio.checked)).toEqual([false, false]);
    await fireEvent.click(screen.getByRole('radio', { name: '改约' }));
    expect(onchange).toHaveBeenCalledExactlyOnceWith('moved');
  });
});

describe('Field', () => {
  it('keeps what was typed beside its error and tells every keystroke', async () => {
    const onchange = vi.fn();
    render(Field, { label: '电话', value: '0000', error: '少一位', onchange });
    const input = screen.getByLabelText<HTMLInputElement>('电话');
    expect(input.getAttribute('aria-describedby')).toBe(screen.getByText('少一位').id);
    await fireEvent.input(input, { target: { value: '0000-5' } });
    expect(onchange).toHaveBeenCalledExactlyOnceWith('0000-5');
    expect(input.value).toBe('0000-5');
  });
});

describe('DateTimeField', () => {
  it('shows and takes the time of the site', async () => {
    const onchange = vi.fn();
    render(DateTimeField, { label: '上门时间', zone: 'Asia/Shanghai', value: '2026-11-23T06:05:00Z', onchange });
    const input = screen.getByLabelText<HTMLInputElement>('上门时间');
    expect(input.value).toBe('2026-11-23 14:05');
    await fireEvent.input(input, { target: { value: '15:30' } });
    await fireEvent.blur(input);
    expect(onchange).toHaveBeenCalledExactlyOnceWith('2026-11-23T07:30:00.000Z');
    await fireEvent.input(input, { target: { value: '后天' } });
    await fireEvent.blur(input);
    expect(onchange).toHaveBeenCalledTimes(1);
    expect(input.value).toBe('后天');
  });
});

describe('Stepper', () => {
  it('is empty until someone enters a value', async () => {
    const onchange = vi.fn();
    render(Stepper, { label: '压力', unit: 'MPa', start: 0.7, step: 0.01, decimals: 2, onchange });
    expect(screen.getByRole<HTMLInputElement>('spinbutton').value).toBe('');
    await fireEvent.click(screen.getByRole('button', { name: '增加 压力' }));
    expect(onchange).toHaveBeenLastCalledWith(0.7);
  });

  it('repeats while held and stops when let go', async () => {
    vi.useFakeTimers();
    const onchange = vi.fn();
    render(Stepper, { label: '数量', value: 1, onchange });
    const more = screen.getByRole('button', { name: '增加 数量' });
    await fireEvent.pointerDown(more, { button: 0 });
    expect(onchange).toHaveBeenLastCalledWith(2);
    vi.advanceTimersByTime(450 + 140 + 140);
    expect(onchange).toHaveBeenLastCalledWith(5);
    await fireEvent.pointerUp(more);
    vi.advanceTimersByTime(5000);
    expect(onchange).toHaveBeenLastCalledWith(5);
  });

  it('says in words that a value is outside its range, and keeps what is no number', async () => {
    const onchange = vi.fn();
    render(Stepper, { label: '温度', value: 103, range: { low: 75, high: 95 }, onchange });
    expect(screen.getByText('不在常见范围 75–95，请再看一眼')).toBeTruthy();
    const input = screen.getByRole<HTMLInputElement>('spinbutton');
    await fireEvent.input(input, { target: { value: '9o' } });
    expect(onchange).not.toHaveBeenCalled();
    expect(input.value).toBe('9o');
    expect(screen.getByText('请写数字')).toBeTruthy();
  });
});

describe('ReadingRow', () => {
  it('E2 says which moment is out of range', () => {
    render(ReadingRow, { name: '排气温度', unit: '℃', before: 103, after: 86, usual: { low: 75, high: 95 }, alarm: { high: 100 } });
    expect(screen.getByText('修前偏高')).toBeTruthy();
    expect(screen.queryByText(/修后偏/)).toBeNull();
  });
});

describe('CompletenessMeter', () => {
  it('counts and names the missing', () => {
    render(CompletenessMeter, { label: '资料', done: 7, total: 9, missing: ['购买日期', '出厂日期'] });
    expect(screen.getByRole('meter').getAttribute('aria-valuetext')).toBe('7 / 9 · 缺购买日期、出厂日期');
  });
});

describe('StepRail', () => {
  it('says why a blocked step is blocked and opens any step', async () => {
    const onopen = vi.fn();
    render(StepRail, { steps: [{ id: 'kit', label: '准备', state: 'current' }, { id: 'go', label: '出发', state: 'blocked', because: '缺 2 项必带' }], onopen });
    expect(screen.getByText('缺 2 项必带')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: /出发/ }));
    expect(onopen).toHaveBeenCalledExactlyOnceWith('go');
  });
});

describe('SignaturePad', () => {
  const draw = async (field: Element, times: readonly number[]): Promise<void> => {
    const at = (type: string, timeStamp: number): Event => {
      const event = new MouseEvent(type, { clientX: timeStamp % 100, clientY: 10, bubbles: true, cancelable: true });
      Object.defineProperties(event, { pointerId: { value: 7 }, pressure: { value: 0.5 }, timeStamp: { value: timeStamp } });
      return event;
    };
    const [first = 0, ...rest] = times;
    await fireEvent(field, at('pointerdown', first));
    for (const time of rest) await fireEvent(field, at('pointermove', time));
    await fireEvent(field, at('pointerup', times.at(-1) ?? 0));
  };

  it('G3 tells every stroke at once, a long one while it is drawn, and takes strokes back', async () => {
    const heard: Signature[] = [];
    const ended: boolean[] = [];
    const onchange = (signature: Signature, done: boolean): void => {
      heard.push(signature);
      ended.push(done);
    };
    const { container } = render(SignaturePad, { label: '客户签字', onchange });
    const field = container.querySelector('.field');
    if (field === null) throw new Error('the pad has a field');
    field.getBoundingClientRect = () => new DOMRect(0, 0, 300, 100);
    await draw(field, [1000, 1050, 1100]);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.strokes[0]?.map((point) => point.t)).toEqual([0, 50, 100]);
    await draw(field, [2000, 2100, 2250, 2300]);
    expect(heard, 'once within the long stroke, once at its end').toHaveLength(3);
    expect(heard[1]?.strokes[1]).toHaveLength(3);
    expect(heard[2]?.strokes[1]).toHaveLength(4);
    expect(ended, 'a stroke that has ended is kept without waiting for more').toEqual([true, false, true]);
    expect(screen.getByText('已签 2 笔')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: '退一笔' }));
    expect(heard.at(-1)?.strokes).toHaveLength(1);
    await fireEvent.click(screen.getByRole('button', { name: '重签' }));
    expect(heard.at(-1)?.strokes).toEqual([]);
  });
});

describe('SignaturePad under a caller that keeps every word of it', () => {
  it('G3 one stroke stays one stroke when what was told while drawing comes back', async () => {
    let kept: Signature = { aspect: 3, strokes: [] };
    const { container, rerender } = render(SignaturePad, {
      label: '客户签字',
      signature: kept,
      onchange: (signature: Signature) => {
        kept = signature;
        void rerender({ signature });
      },
    });
    const field = container.querySelector('.field');
    if (field === null) throw new Error('the pad has a field');
    const pen = async (type: string, timeStamp: number): Promise<void> => {
      const event = new MouseEvent(type, { clientX: timeStamp % 100, clientY: 10, bubbles: true, cancelable: true });
      Object.defineProperties(event, { pointerId: { value: 7 }, pressure: { value: 0.5 }, timeStamp: { value: timeStamp } });
      await fireEvent(field, event);
    };
    await pen('pointerdown', 1000);
    for (let time = 1050; time < 2000; time += 50) await pen('pointermove', time);
    await pen('pointerup', 2000);
    expect(kept.strokes).toHaveLength(1);
  });
});

describe('CornerHold', () => {
  it('leaves only after two seconds of holding, by pointer or Enter', async () => {
    vi.useFakeTimers();
    const onleave = vi.fn();
    render(CornerHold, { label: '按住此角 2 秒返回', onleave });
    const corner = screen.getByRole('button');
    await fireEvent.pointerDown(corner, { button: 0 });
    vi.advanceTimersByTime(1900);
    await fireEvent.pointerUp(corner);
    vi.advanceTimersByTime(5000);
    expect(onleave).not.toHaveBeenCalled();
    await fireEvent.keyDown(corner, { key: 'Enter' });
    vi.advanceTimersByTime(2000);
    expect(onleave).toHaveBeenCalledOnce();
  });
});

describe('undo', () => {
  it('is offered for eight seconds, and a newer offer replaces it', async () => {
    vi.useFakeTimers();
    render(UndoToasts);
    const undo = vi.fn();
    offerUndo({ message: () => '手套已勾', undo: vi.fn() });
    offerUndo({ message: () => '抹布已勾', undo });
    await tick();
    expect(screen.queryByText('手套已勾')).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: '撤销' }));
    expect(undo).toHaveBeenCalledOnce();
    offerUndo({ message: () => '再来', undo });
    await tick();
    vi.advanceTimersByTime(8000);
    await tick();
    expect(screen.queryByText('再来')).toBeNull();
  });
});

describe('SearchBox', () => {
  it('is reached by / from the page and cleared by Esc', async () => {
    const oninput = vi.fn();
    render(SearchBox, { label: '搜索', value: '油', oninput });
    const input = screen.getByLabelText<HTMLInputElement>('搜索');
    await fireEvent.keyDown(document.body, { key: '/' });
    expect(document.activeElement).toBe(input);
    await fireEvent.keyDown(input, { key: 'Escape' });
    expect(oninput).toHaveBeenCalledExactlyOnceWith('');
  });
});

describe('DataTable', () => {
  interface Row {
    id: string;
    fen: number;
  }
  const rows: Row[] = Array.from({ length: 5000 }, (_, at) => ({ id: `GD-${at}`, fen: 5000 - at }));
  const columns = [
    { id: 'id', label: '单号', value: (row: Row) => row.id },
    { id: 'fen', label: '金额', value: (row: Row) => row.fen, sortable: true, total: (all: readonly Row[]) => String(all.length) },
  ];

  it('draws few of many rows, sorts, totals, and moves by arrows', async () => {
    const onselect = vi.fn();
    const onopen = vi.fn();
    const { container } = render(DataTable<Row>, { caption: '工单', rows, columns, keyOf: (row: Row) => row.id, onselect, onopen });
    expect(container.querySelectorAll('tr.data').length).toBeLessThan(60);
    expect(container.querySelector('tfoot')?.textContent).toContain('5000');
    await fireEvent.click(screen.getByRole('button', { name: '金额' }));
    expect(container.querySelector('tr.data td')?.textContent).toBe('GD-4999');
    const region = screen.getByRole('region', { name: '工单' });
    await fireEvent.keyDown(region, { key: 'ArrowDown' });
    expect(onselect).toHaveBeenLastCalledWith(rows[4999]);
    await fireEvent.keyDown(region, { key: 'Enter' });
    expect(onopen).toHaveBeenCalledExactlyOnceWith(rows[4999]);
  });
});
