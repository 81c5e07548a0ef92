// SPDX-License-Identifier: MIT
// Families of momentum contrast: graph/moco, graph/aimclr, pretext/skeletonclr, zoo/ascal_pretrain.
//
// Float bounds are those of whole graph networks: rounding moves relu's bends by whole values, and
// over a small temperature.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "golden/graph_settings.hpp"
#include "golden/support.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/pretext/aimclr.hpp"
#include "mgkit/pretext/ascal.hpp"
#include "mgkit/train/sgd.hpp"

namespace MGKIT_NAMESPACE::golden::momentum_group {

template <class S>
constexpr double value_bound = std::is_same_v<S, double> ? 1e-9 : 1e-3;
template <class S>
constexpr double gradient_bound = std::is_same_v<S, double> ? 1e-9 : 5e-2;

using renaming = std::function<std::string(const std::string&)>;

/// One affine map of all of a clip's values, C T V M: what some files have in place of an encoder.
template <model_tensor T>
struct flat_encoder {
    using tensor_type = T;
    nn::linear<T> lin;

    static constexpr auto fields() { return nn::members(nn::field("lin", &flat_encoder::lin)); }
    int features() const { return static_cast<int>(shape_of(lin.weight.value)[0]); }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        const shape s = shape_of(clips);
        return lin(ctx, mgkit::reshape(ctx, clips, {s[0], s.elements() / s[0]}));
    }
};

/// `name` with the first of these beginnings that it has exchanged.
inline std::string exchanged(const std::string& name,
                             const std::vector<std::pair<std::string, std::string>>& beginnings) {
    for (const auto& [ours, theirs] : beginnings)
        if (name.starts_with(ours)) return theirs + name.substr(ours.size());
    return name;
}

/// Files keep a queue as [D, K] or [K, D] and write at a pointer, the library's moves up: both by
/// age, oldest first, [K, D].
template <class T>
T queue_by_age(context& ctx, const io::safetensors_file& file, const std::string& rows,
               bool upright, const std::string& pointer) {
    T all = tensor_from<T>(ctx, file, rows);
    if (!upright) all = mgkit::permute(ctx, all, {1, 0});
    const extent size = shape_of(all)[0];
    const auto oldest =
        file.contains(pointer) ? static_cast<extent>(file.read<double>(pointer).at(0)) : 0;
    if (oldest % size == 0) return all;
    return mgkit::concat(ctx, 0, mgkit::slice(ctx, all, 0, oldest, size - oldest),
                         mgkit::slice(ctx, all, 0, 0, oldest));
}

template <class T>
void fill_queue(context& ctx, nn::queue<T>& queue, const T& rows) {
    backend_traits<T>::assign(ctx, queue.rows, rows);
    queue.filled = queue.capacity();
}

/// Sets leaves from what the file has under their names below `at`, "param/" or "step/0/param/".
template <class T>
void set_leaves(context& ctx, const io::safetensors_file& file, const nn::leaf_list<T>& leaves,
                const std::string& at) {
    for (const auto& l : leaves) {
        const std::string stored = at + (l.weights != nullptr ? "param/" : "buffer/") + l.name;
        if (l.value == nullptr || (l.weights == nullptr && !file.contains(stored))) continue;
        backend_traits<T>::assign(
            ctx, *l.value,
            mgkit::reshape(ctx, tensor_from<T>(ctx, file, stored), shape_of(*l.value)));
    }
}

template <class T>
void compare_leaves(checks& out, context& ctx, const io::safetensors_file& file,
                    const nn::leaf_list<T>& leaves, const std::string& at) {
    using S = scalar_of<T>;
    for (const auto& l : leaves) {
        const std::string stored = at + (l.weights != nullptr ? "param/" : "buffer/") + l.name;
        if (l.value != nullptr && file.contains(stored))
            expect(out, ctx, file, stored, *l.value, value_bound<S>);
    }
}

/// Gradients of a step; biases that batch norm cancels hold nothing but rounding, and are measured
/// on the scale of the largest gradient.
template <class T>
void compare_step_gradients(checks& out, context& ctx, const io::safetensors_file& file,
                            const nn::leaf_list<T>& leaves, const std::string& at) {
    using S = scalar_of<T>;
    double scale = 0;
    for (const auto& l : leaves)
        if (l.weights != nullptr && file.contains(at + l.name))
            for (const double g : file.read<double>(at + l.name))
                scale = std::max(scale, std::abs(g));
    for (const auto& l : leaves) {
        if (l.weights == nullptr || !file.contains(at + l.name)) continue;
        parameter<T>& p = *l.weights;
        if (!p.slot.filled) p.slot.gradient = backend_traits<T>::full(ctx, shape_of(p.value), 0);
        auto got = nn::host_values(ctx, p.slot.gradient);
        auto want = file.read<double>(at + l.name);
        const double most =
            std::abs(*std::max_element(want.begin(), want.end(), [](double a, double b) {
                return std::abs(a) < std::abs(b);
            }));
        if (most < 1e-11 * scale) {
            got.push_back(static_cast<S>(scale));
            want.push_back(scale);
        }
        out.close(at + l.name, std::span(got), std::span(want), gradient_bound<S>);
    }
}

/// Where a family keeps things within a step.
struct step_names {
    std::string input, queue;  ///< "input/" before im_q, "" or "buffer/" before queue
};

/// The objective of step k on a batch.
template <class T>
using objective_of =
    std::function<pretext::objective_value<variable<T>>(int, const pretext::batch<variable<T>>&)>;

/// Steps of a method as the file says: loss, gradients, parameters, statistics and queue after
/// each. `views(k)` are the step's, stacked; `before(k)` what is set before it; `objective` stands
/// for the model's call where the file has the step's draws.
template <class T, class Method>
void steps(checks& out, const io::safetensors_file& file, const io::json& config, context& ctx,
           Method& model, nn::queue<T>& queue, const renaming& theirs, const step_names& at,
           int count, const std::function<T(const std::string&)>& views,
           const std::function<void(int)>& before = {}, const objective_of<T>& objective = {}) {
    using S = scalar_of<T>;
    nn::leaf_list<T> leaves = nn::leaves(model);
    for (auto& l : leaves) l.name = theirs(l.name);
    set_leaves(ctx, file, leaves, "");
    fill_queue(ctx, queue, queue_by_age<T>(ctx, file, "buffer/queue", false, "buffer/queue_ptr"));
    const bool nesterov = config.contains("nesterov") && config.at("nesterov").get<bool>();
    train::updater<T> learner(ctx, model,
                              train::sgd{.rate = config.at("lr").get<double>(),
                                         .momentum = config.at("momentum").get<double>(),
                                         .weight_decay = config.at("weight_decay").get<double>(),
                                         .nesterov = nesterov});
    ctx.training = true;
    for (int k = 0; file.contains(text("step/", k, "/loss")); ++k) {
        const std::string step = text("step/", k, "/");
        if (before) before(k);
        nn::zero_gradients(leaves);
        model.before_step(ctx);
        const variable<T> clips{views(step + at.input)};
        const recording<T> record(ctx);
        const pretext::batch<variable<T>> batch{{{"clips", clips, count}}, {}};
        const auto value = objective ? objective(k, batch) : model(ctx, batch);
        expect(out, ctx, file, step + "loss", value.loss.value, value_bound<S>);
        backward(ctx, value.loss);
        compare_step_gradients(out, ctx, file, leaves, step + "grad/");
        learner.step(ctx);
        compare_leaves(out, ctx, file, leaves, step);
        const auto got = nn::host_values(ctx, queue.rows);
        const auto want =
            nn::host_values(ctx, queue_by_age<T>(ctx, file, step + at.queue + "queue", false,
                                                 step + at.queue + "queue_ptr"));
        const std::vector<double> rows(want.begin(), want.end());
        out.close(step + "queue", std::span(got), std::span(rows), value_bound<S>);
    }
}

inline pretext::momentum_settings contrast_of(const io::json& config) {
    return {.features = config.at(config.contains("dim") ? "dim" : "feature_dim").get<int>(),
            .queue = config.at("queue").get<int>(),
            .momentum = config.at("m").get<double>(),
            .temperature = config.at("temperature").get<double>()};
}

/// The names of a file for those below a method's momentum pair; `encoder` for those of the
/// encoder.
inline renaming names_below(const std::string& pair, const renaming& encoder) {
    return [=](const std::string& name) {
        for (const auto& [ours, their] :
             {std::pair{"query.", "encoder_q."}, {"key.", "encoder_k."}}) {
            const std::string head = pair + ours;
            if (name.starts_with(head + "backbone."))
                return their + encoder(name.substr(head.size() + 9));
            if (name.starts_with(head + "fc.")) return their + name.substr(head.size());
        }
        return name;
    };
}

/// The numbers of the reference's blocks that a network was cut down to: those behind `before`.
inline std::vector<int> blocks_in(const io::safetensors_file& file, const std::string& before) {
    std::map<int, int> found;
    for (const auto& entry : file.entries())
        if (entry.name.starts_with(before))
            found[std::atoi(entry.name.c_str() + before.size())] = 0;
    std::vector<int> out;
    for (const auto& [block, none] : found) out.push_back(block);
    return out;
}

/// Widths and strides of a network of so many blocks: the reference's fifth and eighth are slower.
inline encode::graph_network_settings network_of(const io::safetensors_file& file,
                                                 const std::vector<int>& blocks,
                                                 const std::vector<int>& widths,
                                                 const std::string& graph) {
    const auto& x = file.shape("step/0/input/im_q");
    encode::graph_network_settings s;
    s.clip = {static_cast<int>(x[1]), static_cast<int>(x[2]), static_cast<int>(x[3]),
              static_cast<int>(x[4])};
    s.graph = graph;
    s.width = widths.at(0);
    s.blocks = static_cast<int>(widths.size());
    s.last = widths.back();
    std::vector<int> wider, slower;
    for (std::size_t i = 1; i < widths.size(); ++i) {
        const auto place = static_cast<int>(i) + 1;
        if (widths[i] == 2 * widths[i - 1]) wider.push_back(place);
        if (blocks[i] == 5 || blocks[i] == 8) slower.push_back(place);
    }
    s.wider = graph_network_group::comma_list(wider);
    s.slower = graph_network_group::comma_list(slower);
    return s;
}

inline encode::st_gcn_settings st_gcn_of(const io::safetensors_file& file, const io::json& config) {
    // "ST-GCN blocks 1,5,8,10": which of the reference's.
    const std::string words = config.at("encoder").get<std::string>();
    std::vector<int> blocks, widths;
    for (auto i = words.find("blocks ") + 6; i < words.size();) {
        std::size_t read = 0;
        blocks.push_back(std::stoi(words.substr(i + 1), &read));
        i += 1 + read;
        if (i < words.size() && words[i] != ',') break;
    }
    for (std::size_t i = 0; i < blocks.size(); ++i)
        widths.push_back(static_cast<int>(
            file.shape(text("param/encoder_q.st_gcn_networks.", i, ".tcn.2.weight")).at(0)));
    return {.network = network_of(
                file, blocks, widths,
                skeleton::graph_text(graph_network_group::graph_in(
                    file, false, {.strategy = encode::partition_strategy("spatial", "")})))};
}

/// An encoder behind the type that methods are compiled for.
template <tensor T, class Encoder>
encode::any_encoder<T> made_encoder(context& ctx, const typename Encoder::settings& s) {
    return encode::make_encoder<T>(nn::scope(ctx), encode::facts_of(Encoder::name, s));
}

inline std::string as_named(const std::string& name) {
    return name;
}

template <class... Ts>
void moco(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        context ctx;
        using encoder = encode::any_encoder<T>;
        const auto run = [&](encoder made, const renaming& theirs, const step_names& at,
                             const std::function<T(const T&)>& clip) {
            pretext::moco<T, encoder, pretext::no_views> model(nn::scope(ctx), std::move(made), {},
                                                               contrast_of(config));
            steps<T>(out, file, config, ctx, model, model.queue, names_below("pair.", theirs), at,
                     2, [&](const std::string& step) {
                         return mgkit::concat(ctx, 0,
                                              clip(tensor_from<T>(ctx, file, step + "im_q")),
                                              clip(tensor_from<T>(ctx, file, step + "im_k")));
                     });
        };
        const auto as_it_is = [](const T& x) { return x; };
        const step_names below{"input/", ""};
        if (file.contains("param/encoder_q.lin.weight")) {
            const auto& s = file.shape("param/encoder_q.lin.weight");
            run(encoder::of(flat_encoder<T>{
                    {nn::scope(ctx), static_cast<extent>(s[1]), static_cast<extent>(s[0])}}),
                as_named, {"", "buffer/"}, as_it_is);
        } else if (config.contains("hidden")) {
            const int input = config.at("input").get<int>(), frames = config.at("T").get<int>();
            const bool stepped =
                config.at("source").get<std::string>().find("torch.nn.GRU") == std::string::npos;
            run(made_encoder<T, encode::bigru<T>>(ctx, {.clip = {input, frames, 1, 1},
                                                        .width = config.at("hidden").get<int>(),
                                                        .layers = config.at("layers").get<int>(),
                                                        .look_ahead = !stepped}),
                as_named, below, [&](const T& x) {
                    const shape s = shape_of(x);
                    return mgkit::reshape(ctx, mgkit::permute(ctx, x, {0, 2, 1}),
                                          {s[0], s[2], s[1], 1, 1});
                });
        } else if (file.contains("param/encoder_q.l1.gcn1.PA")) {
            const auto blocks = blocks_in(file, "param/encoder_q.l");
            std::vector<int> widths;
            for (const int b : blocks)
                widths.push_back(static_cast<int>(
                    file.shape(text("param/encoder_q.l", b, ".gcn1.conv_d.0.weight")).at(0)));
            const auto joints = static_cast<int>(file.shape("step/0/input/im_q")[3]);
            run(
                made_encoder<T, encode::aagcn<T>>(
                    ctx, {network_of(file, blocks, widths,
                                     skeleton::graph_text(
                                         graph_network_group::layout_graph(config, joints)))}),
                [blocks](const std::string& name) {
                    if (name[0] != 'l') return name;
                    const auto dot = name.find('.');
                    const auto place = static_cast<std::size_t>(std::stoi(name.substr(1, dot - 1)));
                    return text("l", blocks.at(place - 1)) + name.substr(dot);
                },
                below, as_it_is);
        } else {
            run(made_encoder<T, encode::st_gcn<T>>(ctx, st_gcn_of(file, config)), as_named, below,
                as_it_is);
        }
    });
}

/// The losses on ready embeddings, with and without mining.
template <class T>
void extreme_losses(const io::safetensors_file& file, const io::json& config, checks& out) {
    using S = scalar_of<T>;
    using X = variable<T>;
    context ctx;
    const double temperature = config.at("temperature").get<double>();
    const T rows = queue_by_age<T>(ctx, file, "buffer/queue", false, "");
    const T all = mgkit::constant<T>(ctx, {shape_of(rows)[0]}, 1);
    const T k = loss::unit_rows(ctx, tensor_from<T>(ctx, file, "input/k"));
    gradient_slot<T> slots[3];
    const char* const names[] = {"q", "q_extreme", "q_drop"};
    const recording<T> record(ctx);
    short_list<X, 3> scores;
    for (int i = 0; i < 3; ++i) {
        const X z = watch(tensor_from<T>(ctx, file, text("input/", names[i])), slots[i]);
        scores.push_back(loss::contrast_scores(ctx, loss::unit_rows(ctx, z), X{k}, X{rows}, X{all},
                                               temperature));
    }
    const bool mining = config.at("nearest_neighbour_mining").get<bool>();
    const T right = loss::right_columns(ctx, scores, config.at("topk").get<int>(), all,
                                        mgkit::constant<T>(ctx, {1, 1}, mining ? 1 : 0));
    const auto terms = loss::extreme_views(ctx, scores, right);
    expect(out, ctx, file, "output/logits", scores[0].value, value_bound<S>);
    expect(out, ctx, file, "output/loss1", terms.contrast.value, value_bound<S>);
    expect(out, ctx, file, "output/loss2", terms.agreement[0].value, value_bound<S>);
    expect(out, ctx, file, "output/loss3", terms.agreement[1].value, value_bound<S>);
    expect(out, ctx, file, "output/loss", terms.total.value, value_bound<S>);
    for (int i = 1; i < 3; ++i)
        expect(out, ctx, file, i == 1 ? "output/p_extreme" : "output/p_drop",
               mgkit::softmax(ctx, scores[static_cast<std::size_t>(i)].value), value_bound<S>);
    backward(ctx, terms.total);
    for (int i = 0; i < 3; ++i)
        expect(out, ctx, file, text("grad/input/", names[i]), slots[i].gradient, gradient_bound<S>);
}

template <class... Ts>
void aimclr(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        if (config.contains("nearest_neighbour_mining"))
            return extreme_losses<T>(file, config, out);
        context ctx;
        if (config.contains("e_lambda")) {
            const auto turned = [&](const auto& x, std::initializer_list<int> order) {
                return mgkit::permute(ctx, x, order);
            };
            gradient_slot<T> slot;
            const recording<T> record(ctx);
            const variable<T> x = watch(tensor_from<T>(ctx, file, "input/x"), slot);
            const variable<T> y = turned(pretext::energy_drop(ctx, turned(x, {0, 2, 3, 1}),
                                                              config.at("keep_prob").get<double>()),
                                         {0, 3, 1, 2});
            expect(out, ctx, file, "output/y", y.value, value_bound<S>);
            backward(ctx, mgkit::sum(ctx, mul(ctx, y,
                                              variable<T>{tensor_from<T>(ctx, file, "input/dy")})));
            return expect(out, ctx, file, "grad/input/x", slot.gradient, gradient_bound<S>);
        }
        // "0,1 without mining; 2 with mining".
        const std::string plan = config.at("steps").get<std::string>();
        const auto with = plan.find(" with mining");
        const int mining =
            with == std::string::npos ? -1 : std::stoi(plan.substr(plan.rfind(' ', with - 1)));
        pretext::aimclr<T, encode::any_encoder<T>, pretext::no_views> model(
            nn::scope(ctx), made_encoder<T, encode::st_gcn<T>>(ctx, st_gcn_of(file, config)), {},
            {.contrast = contrast_of(config),
             .keep = config.at("drop_keep_prob").get<double>(),
             .neighbours = config.at("topk").get<int>(),
             .neighbours_from = 1});
        steps<T>(
            out, file, config, ctx, model, model.queue, names_below("contrast.pair.", as_named),
            {"input/", ""}, 3,
            [&](const std::string& step) {
                const auto of = [&](const char* name) {
                    return tensor_from<T>(ctx, file, step + name);
                };
                return mgkit::concat(ctx, 0, mgkit::concat(ctx, 0, of("im_q"), of("im_k")),
                                     of("im_extreme"));
            },
            [&](int k) { model.epochs = mining >= 0 && k >= mining ? 1 : 0; });
    });
}

/// The reference fills its queue in the first epoch and trains in those behind it.
template <class... Ts>
void ascal(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        const auto s = config.at("shape").get<std::vector<int>>();
        pretext::ascal<T, encode::any_encoder<T>, pretext::no_views> model(
            nn::scope(ctx),
            made_encoder<T, encode::lstm<T>>(ctx, {.clip = {s.at(1) / 2, s.at(2), s.at(3), s.at(4)},
                                                   .width = config.at("hidden").get<int>(),
                                                   .layers = config.at("layers").get<int>()}),
            {},
            {.queue = config.at("queue").get<int>(),
             .momentum = config.at("alpha").get<double>(),
             .temperature = config.at("T").get<double>()});
        nn::leaf_list<T> leaves = nn::leaves(model);
        for (auto& l : leaves) l.name = exchanged(l.name, {{"pair.", ""}});
        auto same = leaves;
        for (auto& l : same) l.name = exchanged(l.name, {{"key.", "query."}});
        set_leaves(ctx, file, same, "");
        fill_queue(ctx, model.queue, queue_by_age<T>(ctx, file, "input/queue", true, ""));
        train::updater<T> learner(
            ctx, model,
            train::sgd{.momentum = config.at("momentum").get<double>(),
                       .weight_decay = config.at("weight_decay").get<double>(),
                       .nesterov = config.at("nesterov").get<bool>()});
        ctx.training = true;
        for (int k = 0; file.contains(text("step/", k, "/loss")); ++k) {
            const std::string step = text("step/", k, "/");
            const T both = tensor_from<T>(ctx, file, "input/" + step + "x");
            const extent channels = shape_of(both)[1] / 2;
            const T clips = mgkit::concat(ctx, 0, mgkit::slice(ctx, both, 1, 0, channels),
                                          mgkit::slice(ctx, both, 1, channels, channels));
            nn::zero_gradients(leaves);
            const recording<T> record(ctx);
            const auto value =
                model(ctx, pretext::batch<variable<T>>{{{"clips", variable<T>{clips}, 2}}, {}});
            expect(out, ctx, file, step + "loss", value.loss.value, value_bound<S>);
            if (file.read<double>(step + "epoch").at(0) > 1) {
                backward(ctx, value.loss);
                learner.step(ctx, file.read<double>(step + "lr").at(0));
                model.after_step(ctx);
            }
            compare_leaves(out, ctx, file, leaves, step);
            const auto got = nn::host_values(ctx, model.queue.rows);
            const auto want = nn::host_values(
                ctx, queue_by_age<T>(ctx, file, step + "queue", true, step + "queue_ptr"));
            const std::vector<double> rows(want.begin(), want.end());
            out.close(step + "queue", std::span(got), std::span(rows), value_bound<S>);
        }
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"graph/moco", moco<Ts...>});
    families.push_back({"pretext/skeletonclr", moco<Ts...>});
    families.push_back({"graph/aimclr", aimclr<Ts...>});
    families.push_back({"zoo/ascal_pretrain", ascal<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::momentum_group
