// SPDX-License-Identifier: MIT
// Families of momentum contrast that knows of skeletons: pretext/skelemixclr,
// pretext/crossclr, pretext/hiclr.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "golden/momentum_families.hpp"
#include "mgkit/pretext/crossclr.hpp"
#include "mgkit/pretext/hiclr.hpp"
#include "mgkit/pretext/skelemixclr.hpp"

namespace MGKIT_NAMESPACE::golden::skeleton_contrast_group {

using namespace momentum_group;

/// Means of four frames each, and an affine map of every joint's: stands for a graph network.
template <model_tensor T>
struct block_encoder {
    using tensor_type = T;
    nn::linear<T> lin;

    static constexpr auto fields() { return nn::members(nn::field("lin", &block_encoder::lin)); }
    int features() const { return static_cast<int>(shape_of(lin.weight.value)[0]); }
    template <operand X>
    X frames(context& ctx, const X& clips) const {
        const shape s = shape_of(clips);
        const X apart = mgkit::permute(ctx, clips, {0, 4, 2, 3, 1});
        const X means = mgkit::mean(
            ctx, mgkit::reshape(ctx, apart, {s[0] * s[4], s[2] / 4, 4, s[3], s[1]}), {2});
        return lin(ctx, means);
    }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return encode::mean_of_persons(ctx, frames(ctx, clips), shape_of(clips)[0]);
    }
};

template <class... Ts>
void skelemixclr(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        pretext::skelemixclr_settings how{.contrast = contrast_of(config), .pastes = {}};
        if (config.contains("swap_params")) {
            for (std::size_t i = 0; i < config.at("swap_params").size(); ++i) {
                const auto of = config.at("swap_params")[i].template get<std::vector<double>>();
                const auto whole = [&](std::size_t k) { return static_cast<int>(of.at(k)); };
                how.pastes.push_back({whole(0), whole(1), whole(2), whole(3), whole(4), of.at(5)});
            }
        } else {
            how.mean = true;
            how.pastes.push_back({.repeats = config.at("repeat").get<int>()});
        }
        const auto& s = file.shape("param/encoder_q.lin.weight");
        pretext::skelemixclr<T, encode::any_encoder<T>, pretext::no_views> model(
            nn::scope(ctx),
            encode::any_encoder<T>::of(block_encoder<T>{
                {nn::scope(ctx), static_cast<extent>(s[1]), static_cast<extent>(s[0])}}),
            {}, how);
        const auto query = [&](const std::string& step, std::size_t i) {
            const std::string one = step + "im_q";
            return tensor_from<T>(ctx, file, file.contains(one) ? one : text(one, "/", i));
        };
        const auto stacked = [&](const std::string& step) {
            T all = mgkit::concat(ctx, 0, query(step, 0), tensor_from<T>(ctx, file, step + "im_k"));
            for (std::size_t i = 1; i < how.pastes.size(); ++i)
                all = mgkit::concat(ctx, 0, all, query(step, i));
            return all;
        };
        const auto recorded = [&](int k, const pretext::batch<variable<T>>& batch) {
            int mixture = 0;
            return model.with_pastes(ctx, batch, [&](int i, int, extent rows, const shape&) {
                const std::string step = text("step/", k, "/"), at = text(step, "mix/", mixture++);
                std::vector<std::int32_t> donors;
                for (const double d : file.read<double>(at + "/randidx"))
                    donors.push_back(static_cast<std::int32_t>(d));
                const pretext::paste<T> with{index_tensor({rows}, donors),
                                             tensor_from<T>(ctx, file, at + "/mask")};
                if (file.contains(at + "/mixed"))
                    expect(out, ctx, file, at + "/mixed",
                           pretext::pasted(ctx, query(step, static_cast<std::size_t>(i)), with),
                           value_bound<S>);
                return with;
            });
        };
        steps<T>(out, file, config, ctx, model, model.queue, names_below("pair.", as_named),
                 {"", "buffer/"}, static_cast<int>(how.pastes.size()) + 1, stacked, {}, recorded);
    });
}

/// Streams share the end of their head, which files hold under the name of each.
template <class... Ts>
void crossclr(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        using X = variable<T>;
        context ctx;
        pretext::crossclr_settings how{.contrast = contrast_of(config),
                                       .neighbours = config.at("topk").get<int>(),
                                       .cross_from = 1,
                                       .context = config.at("context").get<bool>()};
        const std::vector<std::string> streams{"", "_motion", "_bone"};
        const auto count = config.at("views").get<std::size_t>();
        if (count > 2) {
            const auto bones = config.at("bone_pairs_1based").get<std::vector<std::vector<int>>>();
            how.parents.resize(config.at("V").get<std::size_t>());
            for (const auto& bone : bones)
                how.parents.at(static_cast<std::size_t>(bone.at(0) - 1)) = bone.at(1) - 1;
        }
        const auto& s = file.shape("param/encoder_q.lin.weight");
        std::vector<encode::any_encoder<T>> encoders;
        for (std::size_t i = 0; i < count; ++i)
            encoders.push_back(encode::any_encoder<T>::of(flat_encoder<T>{
                {nn::scope(ctx), static_cast<extent>(s[1]), static_cast<extent>(s[0])}}));
        pretext::crossclr<T, encode::any_encoder<T>, pretext::no_views> model(
            nn::scope(ctx), std::move(encoders), {}, how);
        nn::leaf_list<T> leaves = nn::leaves(model);
        for (auto& l : leaves)
            for (const auto& [ours, theirs] :
                 {std::pair{"pair.query.", "encoder_q"}, {"pair.key.", "encoder_k"}}) {
                const std::string head = ours, file_head = theirs;
                l.name = exchanged(l.name, {{head + "backbone.", file_head + "."},
                                            {head + "fc.", file_head + ".fc."},
                                            {head + "others.0.backbone.", file_head + "_motion."},
                                            {head + "others.0.own.", file_head + "_motion.fc.0."},
                                            {head + "others.1.backbone.", file_head + "_bone."},
                                            {head + "others.1.own.", file_head + "_bone.fc.0."}});
            }
        set_leaves(ctx, file, leaves, "");
        const auto queue_at = [&](const std::string& at, std::size_t i) {
            return queue_by_age<T>(ctx, file, at + "buffer/queue" + streams[i], false,
                                   at + "buffer/queue_ptr" + streams[i]);
        };
        for (std::size_t i = 0; i < count; ++i) fill_queue(ctx, model.queues[i], queue_at("", i));
        train::updater<T> learner(
            ctx, model,
            train::sgd{.rate = config.at("lr").get<double>(),
                       .momentum = config.at("momentum").get<double>(),
                       .weight_decay = config.at("weight_decay").get<double>(),
                       .nesterov = config.at("nesterov").get<bool>()});
        ctx.training = true;
        const auto phases = config.at("phases").get<std::vector<std::string>>();
        for (std::size_t k = 0; k < phases.size(); ++k) {
            const std::string step = text("step/", k, "/");
            model.epochs = phases[k] == "cross" ? 1 : 0;
            nn::zero_gradients(leaves);
            model.before_step(ctx);
            const X clips{mgkit::concat(ctx, 0, tensor_from<T>(ctx, file, step + "im_q"),
                                        tensor_from<T>(ctx, file, step + "im_k"))};
            const recording<T> record(ctx);
            const auto value = model(ctx, pretext::batch<X>{{{"clips", clips, 2}}, {}});
            expect(out, ctx, file, step + "loss_total", value.loss.value, value_bound<S>);
            for (std::size_t i = 0; i < count; ++i)
                expect(out, ctx, file, step + "loss" + streams[i], value.parts[i].second.value,
                       value_bound<S>);
            backward(ctx, value.loss);
            compare_step_gradients(out, ctx, file, leaves, step + "grad/");
            learner.step(ctx);
            compare_leaves(out, ctx, file, leaves, step);
            for (std::size_t i = 0; i < count; ++i) {
                const auto got = nn::host_values(ctx, model.queues[i].rows);
                const auto want = nn::host_values(ctx, queue_at(step, i));
                const std::vector<double> rows(want.begin(), want.end());
                out.close(step + "queue" + streams[i], std::span(got), std::span(rows),
                          value_bound<S>);
            }
        }
    });
}

template <class... Ts>
void hiclr(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        context ctx;
        const auto& s = file.shape("param/encoder_q.lin.weight");
        pretext::hiclr<T, encode::any_encoder<T>, pretext::no_views> model(
            nn::scope(ctx),
            encode::any_encoder<T>::of(flat_encoder<T>{
                {nn::scope(ctx), static_cast<extent>(s[1]), static_cast<extent>(s[0])}}),
            {},
            {.contrast = contrast_of(config),
             .mask_ratio = config.at("mask_ratio").get<double>(),
             .neighbours = config.at("topk").get<int>(),
             .neighbours_from = 1});
        const auto phases = config.at("phases").get<std::vector<std::string>>();
        steps<T>(
            out, file, config, ctx, model, model.queue, names_below("pair.", as_named),
            {"", "buffer/"}, 4,
            [&](const std::string& step) {
                const auto of = [&](const char* name) {
                    return tensor_from<T>(ctx, file, step + name);
                };
                return mgkit::concat(ctx, 0, mgkit::concat(ctx, 0, of("im_q"), of("im_k")),
                                     mgkit::concat(ctx, 0, of("im_q_1"), of("im_q_2")));
            },
            [&](int k) { model.epochs = phases.at(static_cast<std::size_t>(k)) == "nnm" ? 1 : 0; },
            [&](int k, const pretext::batch<variable<T>>& batch) {
                return model.with_mask(ctx, batch, [&](const shape&) {
                    return tensor_from<T>(ctx, file, text("step/", k, "/mask_TV"));
                });
            });
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"pretext/skelemixclr", skelemixclr<Ts...>});
    families.push_back({"pretext/crossclr", crossclr<Ts...>});
    families.push_back({"pretext/hiclr", hiclr<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::skeleton_contrast_group
