// SPDX-License-Identifier: MIT
// Every component of the library's lists as a user's program instantiates it, so that a new entry
// is compiled with users' flags (flags.sh) without a line here. First of three units, compiled and
// not run: what knows no tensors, and every header.
#include <cstddef>
#include <string>
#include <vector>

#include "every_header.hpp"  // of flags.sh: all headers but those of optional backends

namespace {

using namespace mgkit;

template <class From, class To, auto Option, class S>
void convert_where_known(const skeleton::pose<S>& clip) {
    if constexpr (skeleton::convertible<From, To, Option>) {
        skeleton::pose<S> out;
        skeleton::convert<From, To, Option>(clip.view(), out);
    }
}

template <class From, class S>
void convert_to_all(const skeleton::pose<S>& clip) {
    skeleton::all::for_each([&]<class To>(type_tag<To>) {
        convert_where_known<From, To, skeleton::no_option{}>(clip);
        convert_where_known<From, To, skeleton::fingers::tips>(clip);
        convert_where_known<From, To, skeleton::fingers::mcp>(clip);
        convert_where_known<From, To, skeleton::side::left>(clip);
        convert_where_known<From, To, skeleton::side::right>(clip);
    });
}

template <class A, class S>
void make_views(const skeleton::pose<S>& clip) {
    const augment::n_views<2, A> views;
    augment::workspace<S> work;
    std::vector<S> out(2 * views.shape({clip.shape(), clip.length(), {}}).size());
    views(random_key{}, clip.view(), out, work);
}

template <class R>
void read_and_write(const R& reader, const std::string& path) {
    if (!reader.recognises(path) || reader.list(path).empty()) return;
    const data::detections people = reader.read(path, 0, data::read_policy{});
    if constexpr (data::readers::writer<R>)
        reader.write(path, data::primary_person(people, {}).person);
}

template <class P, class C>
void sample_clips(const P* from, const clip::footage& of) {
    if (from == nullptr) return;
    clip::sample_audit audit(from->durations());
    clip::rejection<P, clip::all<C>>{}.sample(of, *from, random_key{}, audit);
}

template <class S>
void on_clips_of() {
    const skeleton::pose_shape shape{skeleton::channel_layout::xyc, 8, 25, 1};
    const skeleton::pose<S> clip(shape, shape.frames);
    skeleton::all::for_each([&]<class From>(type_tag<From>) { convert_to_all<From>(clip); });
    augment::all::for_each([&]<class A>(type_tag<A>) { make_views<A>(clip); });
}

}  // namespace

std::size_t every_component(const std::string& path);

std::size_t every_component(const std::string& path) {
    std::size_t used = 0;
    on_clips_of<float>();
    on_clips_of<double>();
    skeleton::all::for_each(
        [&]<class T>(type_tag<T>) { used += skeleton::dynamic::copy_of(T{}).joints.size(); });
    data::readers::all::for_each([&]<class R>(type_tag<R>) { read_and_write(R{}, path); });
    const clip::footage of(data::recording{});
    clip::proposals::for_each([&]<class P>(type_tag<P>) {
        clip::constraints::for_each([&]<class C>(type_tag<C>) { sample_clips<P, C>(nullptr, of); });
    });
    const std::vector<int> truth{0, 1};
    metric::all::for_each([&]<class M>(type_tag<M>) {
        if (M{}(metric::predictions{truth, truth, {}, 2}) > 0) ++used;
    });
    report::all::for_each([&]<class F>(type_tag<F>) { used += F{}(report::study{}).size(); });

    // The laws that users hold components of their own to.
    augment::all::for_each(
        [&]<class A>(type_tag<A>) { used += testing::augmentation_violations<A>().size(); });
    clip::constraints::for_each(
        [&]<class C>(type_tag<C>) { used += testing::constraint_violations<C>().size(); });
    return used;
}
