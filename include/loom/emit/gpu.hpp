// SPDX-License-Identifier: BSL-1.0
// emit/gpu.hpp — CUDA and HIP: a kernel for each sweep of a plan, and a function that launches them.
// A row is a block's: its threads share the entries, and each knows what the row is reduced to. A sweep without passes over rows
// gives each row a thread; one without rows, each entry. Blocks leave their totals in memory, and one thread adds those up in the
// order of the blocks: the same launch gives the same bits. Plans with arrays, and programs in stages, have no such code yet.
// Layer 5 (emit).
#pragma once

#include <utility>

#include "loom/emit/c99.hpp"

namespace loom::inline LOOM_ABI::emit {

namespace detail {

/// How the accumulators of two threads become one.
struct joining {
  op code;
  std::string_view text;
};
inline constexpr joining joinings[] = {
    {op::sum, "mine + other"},
    {op::rest, "mine + other"},
    {op::prod, "mine * other"},
    {op::shift, "std::max(mine, other)"},
    {op::reduce_max, "maximum(mine, other)"},
    {op::reduce_min, "minimum(mine, other)"},
    {op::any_of, "mine || other"},
    {op::all_of, "mine && other"},
};

inline constexpr std::string_view over_block = R"(template <class T>
static __device__ T* memory_of_block() {
  __shared__ T of_thread[1024];
  return of_thread;
}

// What the threads of a block have, joined; the same for all of them.
template <class T, class Join>
static __device__ T over_block(T mine, Join join) {
  T* of_thread = memory_of_block<T>();
  of_thread[threadIdx.x] = mine;
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      of_thread[threadIdx.x] = join(of_thread[threadIdx.x], of_thread[threadIdx.x + half]);
    }
    __syncthreads();
  }
  const T all = of_thread[0];
  __syncthreads();
  return all;
}

)";

class gpu_printer : public c_family_printer {
 public:
  gpu_printer(const plan& p, const dialect& d, std::string_view function, element type, const options& wanted)
      : c_family_printer(p, d, function, type, wanted) {
    any_order_ = true;
    for (int& kept : kept_) kept = -1;
    for (int s = 0; s + 1 < p.loops.size(); ++s)
      for (value_id id : p.loops[s].totals) kept_[id] = kept_totals_++;
  }

  std::string print() {
    if (p_.problem == unplanned::running)
      return "// This formula has a running value or a chain of states: it has no code for a GPU yet.\n";
    if (!p_.arrays.empty()) return "// This formula adds up arrays: it has no code for a GPU yet.\n";
    walk(p_, *this);
    if (p_.loops.empty()) finish_kernel();
    const std::string functions = prelude_of(d_, kernels_, type_);
    const std::string block = mentions(kernels_, "over_block(") ? std::string(over_block) : "";
    return includes_of(d_, functions + kernels_) + "\n" + functions + block + kernels_ + launcher();
  }

  // ---- what walk() visits, in its order ----------------------------------------------------------------------------

  void scalar(value_id) {}  // each kernel computes those that it needs
  void begin_sweep(const sweep& s, int number) {
    sweep_ = &s;
    number_ = number;
    here_ = row_ = &form_.row(number);
    totals_ = 0;
    begin_kernel();
    bool needed[LOOM_MAX_NODES]{};
    for_each_step(p_, s.hoisted, action::compute, [&](value_id id) { need(id, needed); });
    scalars(needed);
    bool reduces = false;
    for (const row_pass& pass : s.passes) reduces = reduces || pass.reductions.size() > 0;
    by_ = s.passes.empty() ? share::rows : s.rows == 0 && !reduces ? share::entries : share::blocks;
    one_block_ = by_ == share::blocks && s.rows == 0;
    owner_ = by_ == share::blocks ? "{0} % blockDim.x == threadIdx.x"
                                  : std::string("{0} % ") + all_threads() + " == " + thread();
  }
  template <class F>
  void for_each_row(const sweep& s, const F& row) {
    bool first = true;
    for (int a : p_.row_order) {
      if (!has(s.rows, a)) continue;
      if (!first) open(a);
      else if (by_ == share::rows) open_shared(a, thread(), all_threads());
      else open_shared(a, "blockIdx.x", "gridDim.x");
      first = false;
    }
    row_pointers(steps_of(s));
    row();
    for (int k = 0; k < axis_count(s.rows); ++k) close_block();
  }
  template <class F>
  void for_each_entry(const row_pass& pass, const F& entry) {
    for (int i = pass.body.begin; i < pass.body.end; ++i)
      if (p_.steps[i].kind == action::recall) parked_in_[p_.steps[i].id] = p_.steps[i].slot;
    here_ = &form_.body(number_, pass_);
    for (int a : p_.column_order) {
      if (a != p_.column_order.back()) open(a);
      else if (by_ == share::entries) open_shared(a, thread(), all_threads());
      else open_shared(a, "threadIdx.x", "blockDim.x");
    }
    entry();
    for (int k = 0; k < p_.column_order.size(); ++k) close_block();
    here_ = row_;
    if (form_.has_labelled_entry(number_, pass_)) labelled_entry(pass);
    ends_row_ = sweep_->passes.size() > 1 && pass_ + 1 == sweep_->passes.size();
  }
  /// What is of a row is done once.
  void perform(const step& s) {
    const bool once = here_ == row_ && by_ != share::rows && s.kind != action::compute;
    if (once) {
      if (ends_row_) blank();
      ends_row_ = false;
      open_block(by_ == share::blocks && !one_block_ ? "if (threadIdx.x == 0)"
                                                     : "if (blockIdx.x == 0 && threadIdx.x == 0)");
    }
    if (s.kind == action::store && output_level(p_, s.slot) == level::scalar)
      line("*{} {} {};", name_.output[s.slot], written(s.slot), entry(s.id));
    else if (once) c_family_printer::print(s);
    else c_family_printer::perform(s);
    if (once) close_block();
  }
  void end_reduction(value_id id) {
    join(id, name_.value[id], type_of(id));
    if (counts_ones(id)) join(id, name_.ones[id], type_of(id));
    finish(id, name_.value[id], type_of(id));
  }
  void end_total(value_id id) {
    join(id, name_.value[id], element::f64);
    line("if (threadIdx.x == 0) partials[{}blockIdx.x] = {};", before(totals_, "gridDim.x"), name_.value[id]);
    ++totals_;
  }
  void end_sweep(const sweep& s, int number) {
    end_kernel(function_ + "_" + (p_.loops.size() == 1 ? "rows" : fmt::format("sweep_{}", number + 1)),
               one_block_ ? "1" : "blocks", "threads");
    if (totals_ > 0 || number + 1 == p_.loops.size()) finish_kernel(&s);
  }
  void scalar_output(int) {}

 private:
  enum class share {
    blocks,
    rows,
    entries
  };  // what is divided: a row among the threads of a block, rows, or entries, among all
  share by_ = share::blocks;
  bool one_block_ = false;
  int totals_ = 0;  // of the sweep
  int kept_[LOOM_MAX_NODES];  // of a total that later sweeps may use: its place among them
  int kept_totals_ = 0, most_totals_ = 0;
  std::string kernels_, launches_;

  /// What the partials of the k totals before take up.
  static std::string before(int k, std::string_view blocks) {
    return k == 0 ? "" : k == 1 ? fmt::format("{} + ", blocks) : fmt::format("{} * {} + ", k, blocks);
  }
  static std::string thread() { return "blockIdx.x * blockDim.x + threadIdx.x"; }
  static std::string all_threads() { return "(gridDim.x * blockDim.x)"; }

  void open_shared(int axis, const std::string& first, std::string step) {
    if (step.starts_with('(')) step = step.substr(1, step.size() - 2);
    open_block(fmt::format("for ({0} {1} = {2}; {1} < {3}; {1} += {4})", d_.index, name_.index[axis], first,
                           name_.extent[axis], step));
  }
  void join(int id, const std::string& accumulator, element type) {
    const std::string T(g_[id].type == kind::mask ? "bool" : type_name(type));
    for (const joining& j : joinings)
      if (j.code == g_[id].code)
        line("{0} = over_block({0}, []({1} mine, {1} other) {{ return {2}; }});", accumulator, T,
             spelled(d_, j.text, type));
  }

  // ---- scalars ------------------------------------------------------------------------------------------------------

  void need(value_id id, bool* needed) const {
    if (id == no_value || needed[id]) return;
    needed[id] = true;
    if (p_.is_total[id]) return;
    for (value_id o : g_[id].operand) need(o, needed);
  }
  /// Those that are needed, but for totals that are there already.
  void scalars(const bool* needed, const sweep* just_done = nullptr) {
    for (int i = 0; i < g_.size(); ++i) {
      if (!needed[i]) continue;
      const auto id = static_cast<value_id>(i);
      const bool there = just_done != nullptr && just_done->totals.contains(id);
      if (p_.is_total[i] && !there) line("const double {} = totals[{}];", name_.value[i], kept_[i]);
      if (!p_.is_total[i] && p_.levels[i] == level::scalar) c_family_printer::scalar(id);
    }
  }

  // ---- kernels ------------------------------------------------------------------------------------------------------

  void begin_kernel() {
    body_.clear();
    for (int i = 0; i < LOOM_MAX_NODES; ++i) rounded_[i] = narrow_[i] = false;
  }
  /// The text of a kernel, and its launch.
  void end_kernel(const std::string& name, const std::string& blocks, const std::string& threads) {
    std::string code = without_comments(body_);
    for (std::size_t at = code.find(".x"); at != code.npos; at = code.find(".x"))
      code.erase(at, 2);  // that is no input
    std::vector<std::string> items, arguments;
    const std::string stated = stated_extents(code);
    const auto add = [&](const std::string& declaration, const std::string& word, const std::string& value) {
      if (!mentions(stated + code, word)) return;
      items.push_back(declaration);
      arguments.push_back(value);
    };
    for (const parameter& p : parameters()) add(declared(p), p.name, p.name);
    add("double* totals", "totals", "scratch");
    add((blocks == "1" && threads == "1" ? "const double* partials" : "double* partials"), "partials",
        kept_totals_ == 0 ? "scratch" : fmt::format("scratch + {}", kept_totals_));
    add("int blocks", "blocks", one_block_ ? "1" : "blocks");
    kernels_ += argument_list("static __global__ void " + name, items, 97) + " {\n" + stated + body_ + "}\n\n";
    const std::string launch = fmt::format("  {}<<<{}, {}, 0, stream>>>", name, blocks, threads);
    launches_ += argument_list(launch, arguments, 97) + ";\n";
  }
  /// After a sweep, one thread adds up what its blocks have left; after the last it knows the scalar results.
  void finish_kernel(const sweep* s = nullptr) {
    const bool last = s == nullptr || s == &p_.loops.items[p_.loops.size() - 1];
    begin_kernel();
    here_ = row_ = nullptr;
    int k = 0;
    if (s != nullptr)
      for_each_step(p_, steps_of(*s), action::total, [&](value_id id) {
        begin(id, element::f64);
        const std::string partial = fmt::format("partials[{}block]", before(k, "blocks"));
        open_block("for (int block = 0; block < blocks; ++block)");
        const bool mask = g_[id].type == kind::mask;
        update(id, reduction(g_[id].code).update, name_.value[id],
               mask ? expression(partial + " != 0.0", binding::equality) : expression(partial), element::f64);
        close_block();
        finish(id, name_.value[id], element::f64);
        if (!last) line("totals[{}] = {};", kept_[id], name_.value[id]);
        ++k;
      });
    most_totals_ = std::max(most_totals_, k);
    if (last) {
      bool needed[LOOM_MAX_NODES]{};
      for (int slot = 0; slot < g_.outputs.size(); ++slot)
        if (!written_by_loops(p_, slot)) need(g_.outputs[slot].id, needed);
      scalars(needed, s);
      for (int slot = 0; slot < g_.outputs.size(); ++slot) {
        if (written_by_loops(p_, slot)) continue;
        const expression e = scalar_operand(g_.outputs[slot].id);
        line("*{} {} {};", name_.output[slot], written(slot), (is_returned(slot) ? e : as_element(e)).text);
      }
    }
    if (body_.empty()) return;
    end_kernel(function_ + "_" + (last ? "result" : fmt::format("totals_{}", number_ + 1)), "1", "1");
  }

  std::vector<parameter> parameters() const {
    std::vector<parameter> all = head_of("", false).parameters;
    if (returns()) all.push_back({"double*", name_.output[0], true, true, wanted_.restricted});
    return all;
  }
  bool returns() const { return !g_.outputs.empty() && is_returned(0); }
  static std::string declared(const parameter& p) { return p.type + (p.restricted ? " __restrict__ " : " ") + p.name; }

  std::string launcher() const {
    std::vector<std::string> items;
    const auto add = [&](const std::string& declaration, const std::string& name) {
      items.push_back(declaration + (mentions(launches_, name) ? name : "/* " + name + " */"));
    };
    for (parameter p : parameters()) {
      const std::string name = std::exchange(p.name, "");
      add(declared(p), name);
    }
    add("double* ", "scratch");
    add("int ", "blocks");
    add("int ", "threads");
    add(std::string(d_.stream) + " ", "stream");
    std::string s = remarks();
    for (const std::string& l :
         wrapped(fmt::format(
                     "All pointers are the device's{}. scratch has {}{}blocks numbers{}; threads is a power of 2, at "
                     "most 1024.",
                     returns() ? "; the value is written to " + name_.output[0] : "",
                     kept_totals_ == 0 ? "" : fmt::format("{} + ", kept_totals_),
                     most_totals_ < 2 ? "" : fmt::format("{} * ", most_totals_), ""),
                 code_width - 3))
      s += "// " + l + "\n";
    return s + argument_list("void " + function_, items, 97) + " {\n" + launches_ + "}\n";
  }
};

inline std::string print_for_gpu(const plan& p, const dialect& d, std::string_view function, element type,
                                 const options& wanted) {
  return gpu_printer(p, d, function, type, wanted).print();
}

inline constexpr header cuda_headers[] = {{"", "<cuda_runtime.h>"}, {"", "<math.h>"}, {"ptrdiff_t", "<stddef.h>"}};
inline constexpr header hip_headers[] = {{"", "<hip/hip_runtime.h>"}, {"", "<math.h>"}, {"ptrdiff_t", "<stddef.h>"}};

/// What the kernels use beside the words of C.
inline constexpr std::string_view gpu_words[] = {"threadIdx",  "blockIdx", "blockDim", "gridDim", "warpSize",
                                                 "over_block", "totals",   "partials", "scratch", "blocks",
                                                 "threads",    "stream",   "mine",     "other",   "block"};

constexpr dialect gpu_dialect(std::span<const header> headers, std::string_view stream) {
  dialect d = c99;
  d.helper = "static __device__ inline ";
  d.headers = headers;
  d.reserved = {words_of_cpp | words_of_c, gpu_words};
  d.print = print_for_gpu;
  d.stream = stream;
  return d;
}

}  // namespace detail

inline constexpr dialect cuda = detail::gpu_dialect(detail::cuda_headers, "cudaStream_t");
inline constexpr dialect hip = detail::gpu_dialect(detail::hip_headers, "hipStream_t");

}  // namespace loom::emit
