# What pyarrow reads from the files of parquet-testing and the gold files of arrow-testing, as digests:
# python3 golden.py CORPORA > golden.json (pyarrow 26.0.1). The cells are written in the form that docs/ingestion.md promises, by code of its own.
import datetime as dt
import hashlib
import json
import math
import pathlib
import sys
import unicodedata
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

EPOCH = dt.date(1970, 1, 1)


def instant(nanos):
    days, rest = divmod(nanos, 86_400_000_000_000)
    return f"{EPOCH + dt.timedelta(days=days)} {clock(rest)}"


def clock(nanos):
    seconds, fraction = divmod(nanos, 10**9)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    digits = f"{fraction:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return text + ("." + digits if digits else "")


def number(value):
    """As JavaScript writes it."""
    if value != value:
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e21:
        return "-0" if value == 0 and math.copysign(1, value) < 0 else str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    if -7 <= int(exponent) < 0:
        return f"{value:.{len(mantissa.replace('.', '').replace('-', '')) - 1 - int(exponent)}f}"
    return f"{mantissa}e{'+' if int(exponent) > 0 else ''}{int(exponent)}"


def plain(value, kind, inside=False):
    """A cell as text, or within a nested column as what JSON makes of it."""
    if value is None:
        return None
    if pa.types.is_dictionary(kind):
        return plain(value, kind.value_type, inside)
    if pa.types.is_boolean(kind):
        return value if inside else "true" if value else "false"
    if pa.types.is_integer(kind):
        return (value if abs(value) < 2**53 else str(value)) if inside else str(value)
    if pa.types.is_floating(kind):
        return (value if math.isfinite(value) else None) if inside else number(float(value))
    if pa.types.is_decimal(kind):
        return f"{value:.{kind.scale}f}"
    if pa.types.is_date(kind):
        return str(value)
    if pa.types.is_null(kind):
        return None
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return value
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return value.hex()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [plain(item, kind.value_type, True) for item in value]
    if pa.types.is_map(kind):
        return {"map": [[key(k, kind.key_type), plain(v, kind.item_type, True)] for k, v in value]}
    if pa.types.is_struct(kind):
        return {field.name: plain(value[field.name], field.type, True) for field in kind}
    raise TypeError(str(kind))


def key(value, kind):
    written = plain(value, kind, True)
    return written if isinstance(written, str) else json.dumps(written)


def text(value):
    """JSON as JavaScript writes it; maps keep their order and duplicates."""
    if isinstance(value, dict) and list(value) == ["map"]:
        return "{" + ",".join(f"{text(k)}:{text(v)}" for k, v in value["map"]) + "}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{text(k)}:{text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text, value)) + "]"
    if isinstance(value, float):
        return "0" if value == 0 else number(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def cells(column):
    kind = column.type
    if pa.types.is_timestamp(kind):
        per = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[kind.unit]
        return [None if v is None else instant(v * per) for v in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_time(kind):
        per = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[kind.unit]
        width = pa.int32() if kind.bit_width == 32 else pa.int64()
        return [None if v is None else clock(v * per) for v in column.cast(width).to_pylist()]
    if pa.types.is_date(kind):
        days = column.cast(pa.int32() if kind == pa.date32() else pa.int64()).to_pylist()
        per = 1 if kind == pa.date32() else 86_400_000
        return [None if v is None else instant(v * 86_400_000_000_000 // per).removesuffix(" 00:00:00") for v in days]
    if pa.types.is_duration(kind):
        return [None if v is None else str(v) for v in column.cast(pa.int64()).to_pylist()]
    found = [plain(value, kind) for value in column.to_pylist()]
    return [text(value) if isinstance(value, (dict, list)) else value for value in found]


def as_text(column):
    """Bytes that are text throughout are text."""
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        return column
    try:
        texts = [None if v is None else v.decode("utf-8") for v in column.to_pylist()]
    except UnicodeDecodeError:
        return column
    joined = "".join(t for t in texts if t)
    is_text = joined != "" and not any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in joined)
    return pa.chunked_array([pa.array(texts, pa.string())]) if is_text else column


def digest(table, is_parquet):
    columns = [cells(as_text(table.column(i)) if is_parquet else table.column(i)) for i in range(table.num_columns)]
    lines = "".join(text(list(row)) + "\n" for row in zip(*columns))
    return {"names": table.column_names, "rows": table.num_rows, "sha256": hashlib.sha256(lines.encode()).hexdigest()}


def read(path):
    if path.suffix == ".parquet":
        return pq.read_table(path, page_checksum_verification=True)
    with pa.memory_map(str(path)) as source:
        return (ipc.open_file(source) if path.suffix == ".arrow_file" else ipc.open_stream(source)).read_all()


root = pathlib.Path(sys.argv[1])
golden = {}
for pattern in ["parquet-testing/**/*.parquet", "arrow-testing/**/*.arrow_file", "arrow-testing/**/*.stream", "arrow-testing/**/*.parquet"]:
    for path in sorted(root.glob(pattern)):
        try:
            golden[str(path.relative_to(root))] = digest(read(path), path.suffix == ".parquet")
        except Exception as error:
            golden[str(path.relative_to(root))] = {"error": (str(error) or type(error).__name__).splitlines()[0][:100]}
json.dump(golden, sys.stdout, indent="\t", ensure_ascii=False)
sys.stdout.write("\n")
