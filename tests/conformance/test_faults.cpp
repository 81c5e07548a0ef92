// SPDX-License-Identifier: MIT
// The conformance kit finds what is wrong with a backend, and names the law.
#include <cmath>
#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "mgkit/testing/conformance.hpp"
#include "mgkit/testing/probes.hpp"

using namespace mgkit;
using testing::reference;

namespace {

enum class fault {
    none,
    writes_operand,   // affine also writes its operand
    follows_threads,  // a sum has other bits on two threads
    loses_missing,    // a maximum loses NaN
    counts_ties,      // greater holds for equal values
    wrong_slope,      // relu passes every gradient on
    overwrites,       // relu's gradient replaces what gathered before
    gathers_few,      // so does that of an operand of add that more than 32 rows share
    refuses_empty,    // concat throws for empty operands
    forgets_margin,   // slice begins at 0
    forgets_index,    // gather takes the first entry throughout
    forgets_repeats,  // scatter_add keeps the last of repeated entries
    reads_padding,    // select lets what is not chosen through where it is missing
    keeps_target      // assign does nothing
};

/// The reference behind a pointer, so that copies alias, with one fault.
template <fault F>
struct faulty {
    std::shared_ptr<reference> at = std::make_shared<reference>();
    static faulty of(reference value) { return {std::make_shared<reference>(std::move(value))}; }
};

/// One operation alone.
template <class Entry>
struct only {
    static constexpr std::string_view name = "only";
    using entries = type_list<Entry>;
};

std::vector<std::string> broken_in(const testing::conformance_report& report) {
    std::vector<std::string> out;
    for (const auto& row : report.rows)
        if (!row.ok) {
            CHECK(!row.message.empty());
            out.push_back(row.law);
        }
    return out;
}
template <fault F, class Family>
std::vector<std::string> broken_laws() {
    return broken_in(testing::conformance<faulty<F>, type_list<Family>>());
}
template <fault F>
std::vector<std::string> broken_probes() {
    return broken_in(testing::probe_conformance<faulty<F>>());
}

}  // namespace

template <fault F>
struct mgkit::backend_traits<faulty<F>> {
    using inner = backend_traits<reference>;
    using scalar = double;
    using T = faulty<F>;

    static shape shape_of(const T& t) { return t.at->extents(); }
    static T empty(context& ctx, const shape& s) { return T::of(inner::empty(ctx, s)); }
    static T full(context& ctx, const shape& s, double v) { return T::of(inner::full(ctx, s, v)); }
    static T from_host(context& ctx, std::span<const double> values, const shape& s) {
        return T::of(inner::from_host(ctx, values, s));
    }
    static void to_host(context& ctx, const T& t, std::span<double> target) {
        inner::to_host(ctx, *t.at, target);
    }
    static T reshape(const T& t, const shape& s) { return T::of(inner::reshape(*t.at, s)); }
    static void assign(context& ctx, T& target, const T& source) {
        if (F != fault::keeps_target || target.at->extents() != source.at->extents())
            inner::assign(ctx, *target.at, *source.at);
    }
};

template <class Op, fault F>
requires(primitives::contains<Op>) struct mgkit::kernel<Op, faulty<F>> {
    using T = faulty<F>;

    template <std::same_as<T>... Ts>
    requires overrides_forward<Op, reference, 1 + sizeof...(Ts)>
    static T forward(context& ctx, const Op& o, saved<T>&, const T& x, const Ts&... rest) {
        saved<reference> nothing(false);
        Op used = o;
        if constexpr (F == fault::forgets_margin && std::same_as<Op, op::slice>) used.begin = 0;
        if (F == fault::refuses_empty && std::same_as<Op, op::concat> && x.at->elements() == 0)
            throw std::runtime_error("empty");
        if constexpr (F == fault::forgets_index && std::same_as<Op, op::gather>)
            used.which = index_tensor(
                o.which.extents(),
                std::vector<std::int32_t>(static_cast<std::size_t>(o.which.elements()), 0));
        T out = T::of(kernel<Op, reference>::forward(ctx, used, nothing, *x.at, *rest.at...));
        if (F == fault::writes_operand && std::same_as<Op, op::affine> && x.at->elements() > 0)
            (*x.at)[0] += 1;
        if (F == fault::follows_threads && std::same_as<Op, op::sum> && ctx.threads > 1)
            for (double& v : out.at->values()) v = std::nextafter(v, 1e9);
        if (F == fault::loses_missing && std::same_as<Op, op::max>)
            for (double& v : out.at->values())
                if (v != v) v = 0;
        if constexpr (F == fault::forgets_repeats && std::same_as<Op, op::scatter_add>) {
            const reference& values = *std::get<0>(std::tie(rest...)).at;
            *out.at = *x.at;
            for (extent k = 0; o.axis == 0 && !o.by_sample && k < values.extents()[0]; ++k) {
                const extent width = values.extents().after(0),
                             row = o.which.values()[static_cast<std::size_t>(k)];
                for (extent i = 0; i < width; ++i)
                    (*out.at)[row * width + i] = (*x.at)[row * width + i] + values[k * width + i];
            }
        }
        if constexpr (F == fault::reads_padding && std::same_as<Op, op::select>) {
            const reference& chosen = *std::get<0>(std::tie(rest...)).at;
            for (extent i = 0; i < out.at->elements(); ++i)
                if (std::isnan(chosen[i])) (*out.at)[i] = chosen[i];
        }
        if constexpr (F == fault::counts_ties && std::same_as<Op, op::greater>)
            out = T::of(testing::detail::zipped(*x.at, *std::get<0>(std::tie(rest...)).at,
                                                [](double a, double b) { return a >= b; }));
        return out;
    }
};

template <fault F>
requires(F == fault::wrong_slope ||
         F == fault::overwrites) struct mgkit::kernel<op::relu, faulty<F>> {
    using T = faulty<F>;
    static T forward(context& ctx, const op::relu& o, saved<T>& kept, const T& x) {
        kept.keep(x);
        return op::relu::compose(ctx, o, x);
    }
    static void backward(context& ctx, const op::relu&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        const T zero = backend_traits<T>::full(ctx, shape_of(dout), 0);
        const T dx = F == fault::wrong_slope ? affine(ctx, dout, 1)
                                             : mul(ctx, dout, greater(ctx, kept[0], zero));
        auto place = sink.accumulate(ctx, 0, shape_of(dx));
        if (F == fault::overwrites || place.beta == 0)
            backend_traits<T>::assign(ctx, place.gradient, dx);
        else
            backend_traits<T>::assign(ctx, place.gradient, add(ctx, place.gradient, dx));
    }
};

template <fault F>
requires(F == fault::gathers_few) struct mgkit::kernel<op::add, faulty<F>> {
    using T = faulty<F>;
    static T forward(context& ctx, const op::add& o, saved<T>& kept, const T& a, const T& b) {
        saved<reference> nothing(false);
        kept.keep(a);
        kept.keep(b);
        return T::of(kernel<op::add, reference>::forward(ctx, o, nothing, *a.at, *b.at));
    }
    static void backward(context& ctx, const op::add&, const saved<T>& kept, const T& dout,
                         gradients<T>& sink) {
        for (int i = 0; i < 2; ++i) {
            if (!sink.wants(i)) continue;
            const shape own = shape_of(kept[i]);
            const T gradient = reduce_to(ctx, dout, own);
            auto place = sink.accumulate(ctx, i, own);
            const bool many = shape_of(dout).elements() > 32 * own.elements();
            if (many || place.beta == 0)
                backend_traits<T>::assign(ctx, place.gradient, gradient);
            else
                backend_traits<T>::assign(ctx, place.gradient, add(ctx, place.gradient, gradient));
        }
    }
};

namespace {
namespace entry = testing::entry;

using laws = std::vector<std::string>;
}  // namespace

TEST_CASE("a sound backend breaks no law", "[conformance]") {
    CHECK(broken_laws<fault::none, testing::storage_operations>().empty());
    CHECK(broken_laws<fault::none, only<entry::affine>>().empty());
    CHECK(broken_laws<fault::none, only<entry::relu>>().empty());
    CHECK(broken_laws<fault::none, only<entry::gather>>().empty());
    CHECK(broken_laws<fault::none, only<entry::masked_softmax>>().empty());
}

TEST_CASE("the kit names the law that a fault breaks", "[conformance]") {
    using Catch::Matchers::VectorContains;
    const auto breaks = [](const laws& found, const std::string& law) {
        INFO(law);
        CHECK_THAT(found, VectorContains(law));
    };
    breaks(broken_laws<fault::writes_operand, only<entry::affine>>(), "operands untouched");
    breaks(broken_laws<fault::follows_threads, only<entry::sum>>(), "determinism");
    breaks(broken_laws<fault::loses_missing, only<entry::max>>(), "values");
    breaks(broken_laws<fault::counts_ties, only<entry::greater>>(), "values");
    breaks(broken_laws<fault::wrong_slope, only<entry::relu>>(), "gradients");
    breaks(broken_laws<fault::wrong_slope, only<entry::relu>>(), "differences");
    breaks(broken_laws<fault::overwrites, only<entry::relu>>(), "differences");
    breaks(broken_laws<fault::overwrites, only<entry::relu>>(), "gathering");
    breaks(broken_laws<fault::gathers_few, only<entry::add>>(), "gathering");
    breaks(broken_laws<fault::refuses_empty, only<entry::concat>>(), "values");
    breaks(broken_laws<fault::forgets_margin, only<entry::slice>>(), "values");
    breaks(broken_laws<fault::forgets_margin, only<entry::exp>>(), "strides");
    breaks(broken_laws<fault::forgets_index, only<entry::gather>>(), "values");
    breaks(broken_laws<fault::forgets_index, only<entry::scatter_add>>(), "gradients");
    breaks(broken_laws<fault::forgets_index, only<entry::top_k>>(), "values");
    breaks(broken_laws<fault::forgets_repeats, only<entry::scatter_add>>(), "values");
    breaks(broken_laws<fault::forgets_repeats, only<entry::gather>>(), "gradients");
    breaks(broken_laws<fault::reads_padding, only<entry::masked_softmax>>(), "values");
    breaks(broken_laws<fault::reads_padding, only<entry::masked_mean>>(), "values");
    breaks(broken_laws<fault::keeps_target, testing::storage_operations>(), "values");
}

TEST_CASE("so do the laws of the probes", "[conformance]") {
    CHECK(broken_probes<fault::none>().empty());
    CHECK(broken_probes<fault::follows_threads>() == laws{"determinism"});
    // Adam's second rate is a slice that does not begin at 0; SGD has no slice.
    CHECK(broken_probes<fault::forgets_margin>() == laws{"scores", "predictions"});
}
