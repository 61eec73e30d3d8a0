// SPDX-License-Identifier: BSL-1.0
// lang/bindings.hpp — names -> data: x = logits, d(x) = grad, out = rows.
// A call takes any number of bindings in any order. Boost.Hana keeps their views, each with a type of its own; names are
// looked up on plain data, where the compiler can say what is missing, unknown or doubled. A Hana map would look them up as
// types: seventy functions for a call with three bindings.
// Layer 2 (lang).
#pragma once

#include "loom/base/config.hpp"

#include <boost/hana/basic_tuple.hpp>

#include "loom/ir/declaration.hpp"
#include "loom/lang/diagnosis.hpp"
#include "loom/lang/expression.hpp"
#include "loom/lang/view.hpp"

namespace loom::inline LOOM_ABI::lang {

namespace hana = boost::hana;

enum class binding_role : std::uint8_t {
  input,
  gradient,
  curvature,
  product,
  gauss_newton,
  direction,
  seed,
  out,
  workspace,
  executor,
  checks
};

/// Whether a role names something that the call computes, with the axes of an input.
constexpr bool is_derivative(binding_role r) {
  return r == binding_role::gradient || r == binding_role::curvature || r == binding_role::product ||
         r == binding_role::gauss_newton;
}
/// Whether a call writes to what is bound.
constexpr bool is_output(binding_role r) { return is_derivative(r) || r == binding_role::out; }

/// Data bound to a name.
template <binding_role Role, fixed_string Name, op Code, class View>
struct binding {
  static constexpr binding_role role = Role;
  static constexpr fixed_string name = Name;
  static constexpr op code = Code;
  View data;
};

template <class T> struct is_binding : std::false_type {};
template <binding_role Role, fixed_string Name, op Code, class View> struct is_binding<binding<Role, Name, Code, View>>
    : std::true_type {};

namespace detail {

template <class Shape> struct input_traits;
template <op Code, fixed_string Text>
struct input_traits<input_shape<Code, Text>> {
  static constexpr op code = Code;
  static constexpr fixed_string name = fixed<declared(Text.view()).name.size()>(declared(Text.view()).name);
};

template <class Shape, class Data>
constexpr auto bind_input(Data& data) {
  using traits = input_traits<Shape>;
  if constexpr (traits::code == op::scalar && is_number<std::remove_cvref_t<Data>>) {
    using view = number_view<std::remove_cvref_t<Data>>;  // by value: scalars are often temporaries
    return binding<binding_role::input, traits::name, traits::code, view>{{data}};
  } else {
    const auto view = as_view(data);
    return binding<binding_role::input, traits::name, traits::code, std::remove_const_t<decltype(view)>>{view};
  }
}

}  // namespace detail

/// A buffer whose entries a result is added to: d(x) += buffer.
template <class View>
struct added_to : View {};
template <class View> inline constexpr bool is_added = false;
template <class View> inline constexpr bool is_added<added_to<View>> = true;

struct in_place_name {
  using element = const unsigned char;
  static constexpr int rank = 0;
};
/// d(x) = in_place writes the gradient over the data that is bound to x, if nothing reads that afterwards; else it is refused.
inline constexpr in_place_name in_place{};
template <class Binding> inline constexpr bool is_unplaced = false;
template <binding_role Role, fixed_string Name, op Code>
inline constexpr bool is_unplaced<binding<Role, Name, Code, in_place_name>> = true;

/// The data of an input as the buffer of a derivative.
template <class View>
struct over_input : View {};
template <class View> inline constexpr bool is_over_input = false;
template <class View> inline constexpr bool is_over_input<over_input<View>> = true;

namespace detail {

template <binding_role Role, fixed_string Name, op Code, class View>
constexpr auto adding(const binding<Role, Name, Code, View>& buffer) {
  constexpr bool has_buffer = !std::is_same_v<View, in_place_name>;
  static_assert(is_output(Role),
                "loom: only what a call computes is added to a buffer: d(x) += buffer, out += buffer; write = for data "
                "that it reads");
  static_assert(has_buffer,
                "loom: a derivative is not added to its input; write d(x) = loom::in_place to put it there");
  if constexpr (has_buffer) return binding<Role, Name, Code, added_to<View>>{{buffer.data}};
  else return binding<Role, Name, Code, refused_view>{};
}

}  // namespace detail

/// Refused, in a sentence: an input is read.
template <class Shape, class Data>
  requires(detail::is_input_shape<Shape>::value && !operand<std::remove_cvref_t<Data>>)
constexpr auto operator+=(const expression<Shape>& input, Data&& data) {
  return detail::adding(input = static_cast<Data&&>(data));
}

/// Something that belongs to an input: a derivative, to be bound to a buffer of the input's shape, or a direction in which
/// the input moves, bound to data of that shape.
template <binding_role Role, class Shape>
struct of_input {
  static constexpr binding_role role = Role;
  using traits = detail::input_traits<Shape>;

  template <class Data>
  constexpr auto operator=(Data&& data) const {
#include "loom/lang/data.def"
    const auto view = detail::as_view(data);
    return binding<Role, traits::name, traits::code, std::remove_const_t<decltype(view)>>{view};
  }
  /// d(x) = in_place: the buffer is what is bound to x.
  constexpr binding<Role, traits::name, traits::code, in_place_name> operator=(in_place_name) const
    requires(is_derivative(Role))
  {
    return {};
  }
  /// d(x) += buffer adds the derivative to what the buffer holds: gradients of several batches, or of several losses.
  template <class Data>
  constexpr auto operator+=(Data&& data) const {
    return detail::adding(*this = static_cast<Data&&>(data));
  }
};

/// What d(x), d2(x), hvp(x) and gn(x) are before anything is bound to them.
template <class T>
concept derivative_name = requires { typename T::traits; } && is_derivative(T::role);

/// d(x) = buffer asks for the gradient with respect to x.
template <class Shape>
  requires(detail::is_input_shape<Shape>::value)
constexpr of_input<binding_role::gradient, Shape> d(const expression<Shape>&) {
  return {};
}

/// d2(x) = buffer asks for the diagonal of the Hessian with respect to x.
template <class Shape>
  requires(detail::is_input_shape<Shape>::value)
constexpr of_input<binding_role::curvature, Shape> d2(const expression<Shape>&) {
  return {};
}

/// gn(x) = buffer asks for the diagonal of the Gauss-Newton matrix with respect to x, which is never negative: of the Hessian, what
/// comes from the operations outside that bend upwards; how the values within them bend is left out.
template <class Shape>
  requires(detail::is_input_shape<Shape>::value)
constexpr of_input<binding_role::gauss_newton, Shape> gn(const expression<Shape>&) {
  return {};
}

/// direction(x) = data moves x; hvp(x) = buffer asks for the Hessian times the directions bound, the part that belongs to x.
template <class Shape>
  requires(detail::is_input_shape<Shape>::value)
constexpr of_input<binding_role::direction, Shape> direction(const expression<Shape>&) {
  return {};
}
template <class Shape>
  requires(detail::is_input_shape<Shape>::value)
constexpr of_input<binding_role::product, Shape> hvp(const expression<Shape>&) {
  return {};
}

/// A view whose axes are named by the binding, in the order in which they are its dimensions: out(M, N) = buffer.
template <class View, fixed_string... Axes>
struct laid_out : View {
  static constexpr text_view axes[] = {ir::axis_name_of(Axes.view())...};
};

template <binding_role Role, fixed_string Name, fixed_string... Axes>
struct laid_out_buffer {
  template <class Data>
  constexpr auto operator=(Data&& data) const {
#include "loom/lang/data.def"
    const auto view = detail::as_view(data);
    return binding<Role, Name, op::tensor, laid_out<std::remove_const_t<decltype(view)>, Axes...>>{{view}};
  }
  template <class Data>
  constexpr auto operator+=(Data&& data) const {
    return detail::adding(*this = static_cast<Data&&>(data));
  }
};

template <binding_role Role, fixed_string Name>
struct buffer_name {
  /// The layout of a result, outermost axis first, where its declarations do not determine it or another one is wanted:
  /// out(axis<"M">, axis<"N">) = buffer.
  template <fixed_string... Axes>
    requires((Role == binding_role::out || Role == binding_role::seed) && sizeof...(Axes) > 0)
  constexpr laid_out_buffer<Role, Name, Axes...> operator()(axis_name<Axes>...) const {
    return {};
  }

  template <class Data>
  constexpr auto operator=(Data&& data) const {
#include "loom/lang/data.def"
    if constexpr (Role == binding_role::seed && std::is_arithmetic_v<std::remove_cvref_t<Data>>) {
      using view = number_view<std::remove_cvref_t<Data>>;
      return binding<Role, Name, op::scalar, view>{{data}};
    } else {
      const auto view = detail::as_view(data);
      return binding<Role, Name, op::tensor, std::remove_const_t<decltype(view)>>{view};
    }
  }
  /// out += buffer and result<k> += buffer add the result to what the buffer holds.
  template <class Data>
  constexpr auto operator+=(Data&& data) const {
    return detail::adding(*this = static_cast<Data&&>(data));
  }
};

/// The name of a result: out, or result<k>.
constexpr text_view result_name(int k) {
  constexpr text_view names[max_results] = {"out",       "result<1>", "result<2>", "result<3>",
                                            "result<4>", "result<5>", "result<6>", "result<7>"};
  return names[k];
}

/// out = buffer takes the value of a formula that is not a scalar.
inline constexpr buffer_name<binding_role::out, fixed_string("out")> out{};

/// result<k> = buffer takes result k of a loss with several: loss<results(f, g)>; g is result<1>.
template <int K>
  requires(K >= 0 && K < max_results)
inline constexpr buffer_name<binding_role::out, detail::fixed<result_name(K).size()>(result_name(K))> result{};

/// seed = data is the cotangent of the (first) result: the derivatives are those of the sum of seed * result.
inline constexpr buffer_name<binding_role::seed, fixed_string("seed")> seed{};

/// workspace = buffer of double, where a loss keeps sums over rows that leave an array, and matrices that it multiplies:
/// loss.workspace_size(...) numbers.
inline constexpr buffer_name<binding_role::workspace, fixed_string("workspace")> workspace{};

struct least_workspace {};
/// Asks for the smallest workspace that a call takes: loss.workspace_size(least, ...).
inline constexpr least_workspace least{};

/// What runs the parts of a call: a pool with for_each(count, f), which calls f(0) .. f(count - 1) on any threads.
template <class Pool>
struct pool_view {
  using element = const unsigned char;  // holds no data
  static constexpr int rank = 0;
  Pool* pool;
};

struct threads_name {
  template <class Pool>
    requires requires(Pool& p, void (*f)(int)) { p.for_each(1, f); }
  constexpr auto operator=(Pool& pool) const {
    return binding<binding_role::executor, fixed_string("threads"), op::any, pool_view<Pool>>{{&pool}};
  }
};

/// threads = pool shares a call among the threads of a pool (loom/threads.hpp has one). The result has the same bits for every
/// number of threads, and without any.
inline constexpr threads_name threads{};

/// What holds no data.
struct empty_view {
  using element = const unsigned char;
  static constexpr int rank = 0;
};

/// Beside the bindings of a call: every number is held to the domain that its declaration says, and an error says where the first
/// one outside is. Without it declarations are trusted.
inline constexpr binding<binding_role::checks, fixed_string("checked"), op::any, empty_view> checked{};

/// The bindings of one call, by role and name.
template <class... Bindings>
struct binding_map {
  hana::basic_tuple<decltype(Bindings::data)...> views;

  /// The place of what a name is bound to; -1: it is not bound.
  static constexpr int place_of(binding_role role, text_view name) {
    int place = -1, i = 0;
    ((place = Bindings::role == role && name == Bindings::name.text ? i : place, ++i), ...);
    return place;
  }
  template <int Place>
  constexpr const auto& at() const {
    return hana::at_c<Place>(views);
  }
};

template <class... Bindings>
constexpr binding_map<Bindings...> map_of(const Bindings&... bindings) {
  return {hana::make_basic_tuple(bindings.data...)};
}

/// A binding of a call; d(x) = in_place becomes that of the data of x.
template <class B, class... Bindings>
constexpr auto placed_over_input(const B& b, [[maybe_unused]] const binding_map<Bindings...>& all) {
  if constexpr (!is_unplaced<B>) {
    return b;
  } else {
    constexpr int input = binding_map<Bindings...>::place_of(binding_role::input, text_view(B::name.text));
    static_assert(input >= 0,
                  "loom: loom::in_place puts a derivative over its input: d(x) = loom::in_place beside x = data");
    if constexpr (input >= 0) {
      using view = std::remove_cvref_t<decltype(all.template at<input>())>;
      constexpr bool in_memory = !requires(const view& v) { v.value; };
      static_assert(in_memory, "loom: a number has no memory for d(x) = loom::in_place");
      if constexpr (in_memory) return binding<B::role, B::name, B::code, over_input<view>>{{all.template at<input>()}};
      else return binding<B::role, B::name, B::code, refused_view>{};
    } else {
      return binding<B::role, B::name, B::code, refused_view>{};
    }
  }
}

}  // namespace loom::lang
